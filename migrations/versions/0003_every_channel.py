"""Every channel: threads and replies, attachments, tries and parts of a text, what texts cost, persons"""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('DELETE FROM heard')  # hops of the last two days, in a shape that is read no more
    op.create_table('campaign_counts',
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('country', 'code', 'day', name=op.f('pk_campaign_counts'))
    )
    op.create_table('persons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_persons'))
    )
    op.create_table('spent',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('prefix', sa.String(length=12), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('cost', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('month', 'channel', 'prefix', name=op.f('pk_spent'))
    )
    op.create_table('article_flags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('article', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_article_flags_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_flags'))
    )
    op.create_table('broadcasts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('place', sa.String(length=20), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('answers_of', sa.Integer(), nullable=True),
    sa.Column('written_by', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Integer(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('put', sa.Integer(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['answers_of'], ['broadcasts.id'], name=op.f('fk_broadcasts_answers_of')),
    sa.ForeignKeyConstraint(['approved_by'], ['staff.id'], name=op.f('fk_broadcasts_approved_by')),
    sa.ForeignKeyConstraint(['written_by'], ['staff.id'], name=op.f('fk_broadcasts_written_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_broadcasts'))
    )
    with op.batch_alter_table('broadcasts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_broadcasts_state'), ['state'], unique=False)

    op.create_table('hotline_handovers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('from_staff', sa.Integer(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('tasks', sa.JSON(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_by', sa.Integer(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['accepted_by'], ['staff.id'], name=op.f('fk_hotline_handovers_accepted_by')),
    sa.ForeignKeyConstraint(['from_staff'], ['staff.id'], name=op.f('fk_hotline_handovers_from_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_handovers'))
    )
    op.create_table('hotline_shifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('skills', sa.JSON(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_hotline_shifts_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_shifts'))
    )
    with op.batch_alter_table('hotline_shifts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hotline_shifts_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index('uq_hotline_shifts_open', ['staff_id'], unique=True,
                              sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('caller_flags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewed_by', sa.Integer(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_caller_flags_address_id')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['staff.id'], name=op.f('fk_caller_flags_reviewed_by')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_caller_flags_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_caller_flags'))
    )
    with op.batch_alter_table('caller_flags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_caller_flags_address_id'), ['address_id'], unique=False)

    op.create_table('hotline_spells',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['shift_id'], ['hotline_shifts.id'], name=op.f('fk_hotline_spells_shift_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_spells'))
    )
    with op.batch_alter_table('hotline_spells', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hotline_spells_shift_id'), ['shift_id'], unique=False)

    op.create_table('hotline_tasks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('about', sa.String(length=60), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('attachment_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('skill', sa.String(length=20), nullable=False),
    sa.Column('hours', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('taken_by', sa.Integer(), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_hotline_tasks_address_id')),
    sa.ForeignKeyConstraint(['taken_by'], ['staff.id'], name=op.f('fk_hotline_tasks_taken_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_tasks')),
    sa.UniqueConstraint('once', name=op.f('uq_hotline_tasks_once'))
    )
    with op.batch_alter_table('hotline_tasks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hotline_tasks_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_hotline_tasks_country_state', ['country', 'state'], unique=False)

    op.create_table('missed_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('prefix', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=60), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('rang_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_missed_calls_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_missed_calls')),
    sa.UniqueConstraint('once', name=op.f('uq_missed_calls_once'))
    )
    with op.batch_alter_table('missed_calls', schema=None) as batch_op:
        batch_op.create_index('ix_missed_calls_address_id_rang_at', ['address_id', 'rang_at'], unique=False)
        batch_op.create_index('ix_missed_calls_state_due_at', ['state', 'due_at'], unique=False)

    op.create_table('poll_answers',
    sa.Column('broadcast_id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_poll_answers_address_id')),
    sa.ForeignKeyConstraint(['broadcast_id'], ['broadcasts.id'], name=op.f('fk_poll_answers_broadcast_id')),
    sa.PrimaryKeyConstraint('broadcast_id', 'address_id', name=op.f('pk_poll_answers'))
    )
    op.create_table('proofs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('sent_to', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=80), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['asked_by'], ['addresses.id'], name=op.f('fk_proofs_asked_by')),
    sa.ForeignKeyConstraint(['sent_to'], ['addresses.id'], name=op.f('fk_proofs_sent_to')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proofs')),
    sa.UniqueConstraint('asked_by', name=op.f('uq_proofs_asked_by'))
    )
    with op.batch_alter_table('proofs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proofs_until'), ['until'], unique=False)

    op.create_table('wishes',
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=20), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_wishes_address_id')),
    sa.PrimaryKeyConstraint('address_id', name=op.f('pk_wishes'))
    )
    with op.batch_alter_table('wishes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wishes_place'), ['place'], unique=False)

    op.create_table('attachments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('source', sa.LargeBinary(), nullable=True),
    sa.Column('caption', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('content_type', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('transcript', sa.LargeBinary(), nullable=True),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_attachments_case_id')),
    sa.ForeignKeyConstraint(['written_by'], ['staff.id'], name=op.f('fk_attachments_written_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments'))
    )
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachments_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_attachments_state_due_at', ['state', 'due_at'], unique=False)

    op.create_table('hotline_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('sid_hash', sa.String(length=80), nullable=True),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('task_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('outgoing', sa.Boolean(), nullable=False),
    sa.Column('forget', sa.Boolean(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_hotline_calls_address_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_hotline_calls_staff_id')),
    sa.ForeignKeyConstraint(['task_id'], ['hotline_tasks.id'], name=op.f('fk_hotline_calls_task_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hotline_calls')),
    sa.UniqueConstraint('sid_hash', name=op.f('uq_hotline_calls_sid_hash'))
    )
    with op.batch_alter_table('hotline_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hotline_calls_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_hotline_calls_country_began_at', ['country', 'began_at'], unique=False)

    # Answers that wait to be told by voice go on as tasks of the hotline.
    op.execute("""
        INSERT INTO hotline_tasks (country, kind, about, address_id, language, skill, hours, state, attempts, put_at,
                                   due_at, next_at, tried_at, once)
        SELECT c.country, 'tell', 'event:' || t.event_id, c.address_id, c.language, '', c.safe_hours,
               CASE t.state WHEN 'told' THEN 'done' ELSE 'waiting' END, t.attempts, t.put_at, t.put_at, t.put_at,
               t.tried_at, 'tell:' || t.event_id
        FROM tellings t JOIN cases c ON c.id = t.case_id
    """)
    with op.batch_alter_table('tellings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tellings_case_id'))
        batch_op.drop_index(batch_op.f('ix_tellings_state_put_at'))

    op.drop_table('tellings')
    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('spoken', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('person_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('text_only', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f('ix_addresses_person_id'), ['person_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_addresses_person_id'), 'persons', ['person_id'], ['id'])

    with op.batch_alter_table('heard', schema=None) as batch_op:
        batch_op.drop_column('ends')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('buttons', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('kind', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('forget', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('anew', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('parts', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('receipts', sa.JSON(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_outbox_state_due_at'))
        batch_op.create_index('ix_outbox_address_id', ['address_id'], unique=False)
        batch_op.create_index('ix_outbox_state_kind_due_at', ['state', 'kind', 'due_at'], unique=False)

    op.execute("UPDATE outbox SET kind = 0 WHERE purpose = 'received'")



def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_state_kind_due_at')
        batch_op.drop_index('ix_outbox_address_id')
        batch_op.create_index(batch_op.f('ix_outbox_state_due_at'), ['state', 'due_at'], unique=False)
        batch_op.drop_column('receipts')
        batch_op.drop_column('parts')
        batch_op.drop_column('anew')
        batch_op.drop_column('forget')
        batch_op.drop_column('kind')
        batch_op.drop_column('buttons')

    with op.batch_alter_table('heard', schema=None) as batch_op:
        batch_op.add_column(sa.Column('ends', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_addresses_person_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_addresses_person_id'))
        batch_op.drop_column('text_only')
        batch_op.drop_column('person_id')
        batch_op.drop_column('closed_at')
        batch_op.drop_column('spoken')

    op.create_table('tellings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_tellings_case_id')),
    sa.ForeignKeyConstraint(['event_id'], ['case_events.id'], name=op.f('fk_tellings_event_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tellings'))
    )
    with op.batch_alter_table('tellings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tellings_state_put_at'), ['state', 'put_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_tellings_case_id'), ['case_id'], unique=False)

    op.execute("""
        INSERT INTO tellings (case_id, event_id, state, attempts, put_at, tried_at)
        SELECT e.case_id, e.id, CASE t.state WHEN 'done' THEN 'told' ELSE 'waiting' END, t.attempts, t.put_at, t.tried_at
        FROM hotline_tasks t JOIN case_events e ON t.about = 'event:' || e.id WHERE t.kind = 'tell'
    """)

    with op.batch_alter_table('hotline_calls', schema=None) as batch_op:
        batch_op.drop_index('ix_hotline_calls_country_began_at')
        batch_op.drop_index(batch_op.f('ix_hotline_calls_address_id'))

    op.drop_table('hotline_calls')
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.drop_index('ix_attachments_state_due_at')
        batch_op.drop_index(batch_op.f('ix_attachments_case_id'))

    op.drop_table('attachments')
    with op.batch_alter_table('wishes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wishes_place'))

    op.drop_table('wishes')
    with op.batch_alter_table('proofs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proofs_until'))

    op.drop_table('proofs')
    op.drop_table('poll_answers')
    with op.batch_alter_table('missed_calls', schema=None) as batch_op:
        batch_op.drop_index('ix_missed_calls_state_due_at')
        batch_op.drop_index('ix_missed_calls_address_id_rang_at')

    op.drop_table('missed_calls')
    with op.batch_alter_table('hotline_tasks', schema=None) as batch_op:
        batch_op.drop_index('ix_hotline_tasks_country_state')
        batch_op.drop_index(batch_op.f('ix_hotline_tasks_address_id'))

    op.drop_table('hotline_tasks')
    with op.batch_alter_table('hotline_spells', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hotline_spells_shift_id'))

    op.drop_table('hotline_spells')
    with op.batch_alter_table('caller_flags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_caller_flags_address_id'))

    op.drop_table('caller_flags')
    with op.batch_alter_table('hotline_shifts', schema=None) as batch_op:
        batch_op.drop_index('uq_hotline_shifts_open')
        batch_op.drop_index(batch_op.f('ix_hotline_shifts_staff_id'))

    op.drop_table('hotline_shifts')
    op.drop_table('hotline_handovers')
    with op.batch_alter_table('broadcasts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_broadcasts_state'))

    op.drop_table('broadcasts')
    op.drop_table('article_flags')
    op.drop_table('spent')
    op.drop_table('persons')
    op.drop_table('campaign_counts')
