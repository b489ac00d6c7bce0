"""Promises: each clock of a case as a row, the ladder's notices, decisions, cases that come back or are merged"""

from datetime import timedelta

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
KINDS = {'routed': 'route', 'passed_up': 'pass_up'}
GONE = ('promise_days', 'answered_at', 'resolved_at', 'first_answer_working_s', 'first_answer_calendar_s',
        'resolution_working_s', 'resolution_calendar_s')
OLD = sa.table('cases', *(sa.column(name) for name in (
    'id', 'state', 'queue', 'pack', 'promise_days', 'first_answer_working_s', 'first_answer_calendar_s',
    'resolution_working_s', 'resolution_calendar_s')),
    *(sa.column(name, WHEN) for name in ('opened_at', 'due_at', 'answered_at', 'resolved_at')))
PROMISES = sa.table('promises', *(sa.column(name) for name in (
    'case_id', 'clock', 'round', 'policy', 'days', 'hours', 'office', 'state', 'working_s', 'calendar_s', 'step')),
    *(sa.column(name, WHEN) for name in ('made_at', 'first_due_at', 'due_at', 'met_at', 'next_at')))
CASES = sa.table('cases', *(sa.column(name) for name in ('id', 'state', 'decision')),
                 *(sa.column(name, WHEN) for name in ('due_at', 'decided_at', 'next_at')))
EVENTS = sa.table('case_events', sa.column('kind'), sa.column('staff_id'))


def upgrade() -> None:
    op.create_table('promises',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('clock', sa.String(length=12), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('policy', sa.String(length=12), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('made_at', WHEN, nullable=False),
    sa.Column('first_due_at', WHEN, nullable=False),
    sa.Column('due_at', WHEN, nullable=True),
    sa.Column('met_at', WHEN, nullable=True),
    sa.Column('working_s', sa.Integer(), nullable=True),
    sa.Column('calendar_s', sa.Integer(), nullable=True),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('next_at', WHEN, nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_promises_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promises')),
    sa.UniqueConstraint('case_id', 'clock', 'round', name=op.f('uq_promises_case_id_clock_round'))
    )
    op.create_index('ix_promises_next_at', 'promises', ['next_at'], unique=False)
    op.create_table('notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('promise_id', sa.Integer(), nullable=False),
    sa.Column('clock', sa.String(length=12), nullable=False),
    sa.Column('percent', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('put_at', WHEN, nullable=False),
    sa.Column('show_at', WHEN, nullable=False),
    sa.Column('seen_at', WHEN, nullable=True),
    sa.Column('seen_by', sa.Integer(), nullable=True),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_notices_case_id')),
    sa.ForeignKeyConstraint(['promise_id'], ['promises.id'], name=op.f('fk_notices_promise_id')),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_notices_office')),
    sa.ForeignKeyConstraint(['seen_by'], ['staff.id'], name=op.f('fk_notices_seen_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('once', name=op.f('uq_notices_once'))
    )
    op.create_index(op.f('ix_notices_case_id'), 'notices', ['case_id'], unique=False)
    op.create_index('ix_notices_office_seen_at', 'notices', ['office', 'seen_at'], unique=False)
    op.create_table('case_access',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.Column('by_staff', sa.Integer(), nullable=False),
    sa.Column('at', WHEN, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_access_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_access_staff_id')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_case_access_by_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_case_access'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('round', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('confidential', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('decision', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('cause', sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column('into', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('next_at', WHEN, nullable=True))
        batch_op.add_column(sa.Column('decided_at', WHEN, nullable=True))
        batch_op.create_foreign_key(op.f('fk_cases_into'), 'cases', ['into'], ['id'])
        batch_op.create_index('ix_cases_next_at', ['next_at'], unique=False)
    db = op.get_bind()
    offices = dict(db.execute(sa.text('SELECT code, office FROM queues')).fetchall())
    for row in db.execute(sa.select(OLD)).mappings().all():
        _promise(db, row, offices.get(row['queue'], ''))
    for old, new in KINDS.items():
        db.execute(sa.update(EVENTS).where(EVENTS.c.kind == old, EVENTS.c.staff_id.is_not(None)).values(
            kind='send_on' if old == 'routed' else new))
        db.execute(sa.update(EVENTS).where(EVENTS.c.kind == old).values(kind=new))
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.alter_column('round', server_default=None)
        batch_op.alter_column('confidential', server_default=None)
        for name in GONE:
            batch_op.drop_column(name)


def _promise(db: sa.Connection, row: sa.RowMapping, office: str) -> None:
    """What a case was promised until now was an answer; that it is decided in twice that time is promised from here on."""
    due = row['due_at'] or row['opened_at']
    decided = due + timedelta(days=row['promise_days'] * 7 // 5)
    open_ = row['resolved_at'] is None
    for clock, days, first_due, met, working, calendar in (
        ('answer', row['promise_days'], due, row['answered_at'], row['first_answer_working_s'],
         row['first_answer_calendar_s']),
        ('resolve', 2 * row['promise_days'], decided, row['resolved_at'], row['resolution_working_s'],
         row['resolution_calendar_s']),
    ):
        db.execute(sa.insert(PROMISES).values(
            case_id=row['id'], clock=clock, round=0, policy=row['pack'], days=days, hours=0, office=office,
            state='met' if met else 'open', made_at=row['opened_at'], first_due_at=first_due, due_at=first_due,
            met_at=met, working_s=working, calendar_s=calendar, step=50, next_at=None if met else first_due))
    values: dict[str, object] = {'due_at': (due if row['answered_at'] is None else decided) if open_ else None}
    if row['state'] == 'answered':
        values['state'] = 'in_work'
    if not open_:
        values |= {'decided_at': row['resolved_at']}  # nobody said whether she was right, and nobody is asked now
    db.execute(sa.update(CASES).where(CASES.c.id == row['id']).values(**values))


def downgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('promise_days', sa.Integer(), nullable=False, server_default='1'))
        for name in ('answered_at', 'resolved_at'):
            batch_op.add_column(sa.Column(name, WHEN, nullable=True))
        for name in GONE[3:]:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
    db = op.get_bind()
    newer = PROMISES.alias()
    newest = sa.select(sa.func.max(newer.c.round)).where(newer.c.case_id == PROMISES.c.case_id).scalar_subquery()
    for row in db.execute(sa.select(PROMISES).where(PROMISES.c.round == newest)).mappings().all():
        values = {}
        if row['clock'] == 'answer':
            values = {'promise_days': row['days'] or 1, 'due_at': row['first_due_at'], 'answered_at': row['met_at'],
                      'first_answer_working_s': row['working_s'], 'first_answer_calendar_s': row['calendar_s']}
        elif row['clock'] == 'resolve':
            values = {'resolved_at': row['met_at'], 'resolution_working_s': row['working_s'],
                      'resolution_calendar_s': row['calendar_s']}
        if values:
            named = ', '.join(f'{name} = :{name}' for name in values)
            db.execute(sa.text(f'UPDATE cases SET {named} WHERE id = :id').bindparams(
                *(sa.bindparam(name, type_=WHEN) for name in values if name.endswith('_at'))),
                {**values, 'id': row['case_id']})
    states = {'resolved': "state IN ('referred', 'rejected', 'closed', 'withdrawn', 'merged')",
              'answered': "state NOT IN ('received', 'routed', 'resolved') AND answered_at IS NOT NULL",
              'routed': "state NOT IN ('received', 'answered', 'resolved')"}
    for state, where in states.items():
        db.execute(sa.text(f"UPDATE cases SET state = '{state}' WHERE {where}"))
    db.execute(sa.update(EVENTS).where(EVENTS.c.kind.in_(('route', 'send_on'))).values(kind='routed'))
    db.execute(sa.update(EVENTS).where(EVENTS.c.kind == 'pass_up').values(kind='passed_up'))
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.alter_column('promise_days', server_default=None)
        batch_op.drop_index('ix_cases_next_at')
        batch_op.drop_constraint(op.f('fk_cases_into'), type_='foreignkey')
        for name in ('round', 'confidential', 'decision', 'cause', 'into', 'next_at', 'decided_at'):
            batch_op.drop_column(name)
    op.drop_table('case_access')
    op.drop_table('notices')
    op.drop_table('promises')
