"""What cases are counted by, and whether each promise was kept; workbooks, logs, forms and registers;
what belongs together; who is away, alarms, chats of the staff"""

from alembic import op
import sqlalchemy as sa

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

WHEN = sa.DateTime(timezone=True)
TOLD = {'programme': 40, 'sex': 8, 'disability': 8, 'behalf': 10, 'against_office': 40}


def upgrade() -> None:
    op.create_table('exports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('begin', sa.String(length=7), nullable=False),
    sa.Column('end', sa.String(length=7), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('asked_at', WHEN, nullable=False),
    sa.Column('done_at', WHEN, nullable=True),
    sa.Column('lines', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_exports_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exports'))
    )
    op.create_index(op.f('ix_exports_staff_id'), 'exports', ['staff_id'], unique=False)
    op.create_index('ix_exports_state_asked_at', 'exports', ['state', 'asked_at'], unique=False)
    op.create_table('digests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=6), nullable=False),
    sa.Column('begins', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('put_at', WHEN, nullable=False),
    sa.Column('made_at', WHEN, nullable=True),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_digests_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digests')),
    sa.UniqueConstraint('office', 'kind', 'begins', name=op.f('uq_digests_office_kind_begins'))
    )
    op.create_index('ix_digests_state_put_at', 'digests', ['state', 'put_at'], unique=False)
    op.create_table('blanks',
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('printed_at', WHEN, nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_blanks_office')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_blanks_staff_id')),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_blanks'))
    )
    op.create_index(op.f('ix_blanks_office'), 'blanks', ['office'], unique=False)
    op.create_table('registers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('signed_at', WHEN, nullable=False),
    sa.Column('lines', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_registers_office')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_registers_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registers')),
    sa.UniqueConstraint('office', 'month', name=op.f('uq_registers_office_month'))
    )
    op.create_table('imported_books',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('put_at', WHEN, nullable=False),
    sa.Column('done_at', WHEN, nullable=True),
    sa.Column('lines', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_imported_books_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imported_books'))
    )
    op.create_table('happenings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=False),
    sa.Column('made_at', WHEN, nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['staff.id'], name=op.f('fk_happenings_made_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_happenings'))
    )
    op.create_table('happening_cases',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('happening_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_happening_cases_case_id')),
    sa.ForeignKeyConstraint(['happening_id'], ['happenings.id'], name=op.f('fk_happening_cases_happening_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_happening_cases'))
    )
    op.create_index(op.f('ix_happening_cases_happening_id'), 'happening_cases', ['happening_id'], unique=False)
    op.create_table('case_parts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('question', sa.LargeBinary(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', WHEN, nullable=False),
    sa.Column('due_at', WHEN, nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', WHEN, nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_parts_case_id')),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_case_parts_office')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_case_parts_asked_by')),
    sa.ForeignKeyConstraint(['answered_by'], ['staff.id'], name=op.f('fk_case_parts_answered_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_parts'))
    )
    op.create_index(op.f('ix_case_parts_case_id'), 'case_parts', ['case_id'], unique=False)
    op.create_index('ix_case_parts_office_answered_at', 'case_parts', ['office', 'answered_at'], unique=False)
    op.create_table('alarms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('raised_at', WHEN, nullable=False),
    sa.Column('ended_at', WHEN, nullable=True),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_alarms_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms'))
    )
    open_ = sa.text('ended_at IS NULL')
    op.create_index('uq_alarms_open', 'alarms', ['office'], unique=True, sqlite_where=open_, postgresql_where=open_)
    op.create_table('staff_chats',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('linked_at', WHEN, nullable=False),
    sa.Column('doing', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_chats_staff_id')),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_staff_chats_address_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_chats')),
    sa.UniqueConstraint('address_id', name=op.f('uq_staff_chats_address_id'))
    )
    op.create_table('staff_codes',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=80), nullable=False),
    sa.Column('until', WHEN, nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_codes_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_codes')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_staff_codes_code_hash'))
    )
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('away', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('away_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('away_until', sa.Date(), nullable=True))
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('away', server_default=None)
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('forgotten_at', WHEN, nullable=True))
        for name, length in TOLD.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=''))
    with op.batch_alter_table('cases', schema=None) as batch_op:
        for name in TOLD:
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table('promises', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kept', sa.Boolean(), nullable=True))
    # By the rule of until now: a promise that was met while it was paused had not run out.
    op.execute("UPDATE promises SET kept = (due_at IS NULL OR met_at <= due_at) WHERE state = 'met'")


def downgrade() -> None:
    with op.batch_alter_table('promises', schema=None) as batch_op:
        batch_op.drop_column('kept')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        for name in ('forgotten_at', *TOLD):
            batch_op.drop_column(name)
    with op.batch_alter_table('staff', schema=None) as batch_op:
        for name in ('away', 'away_from', 'away_until'):
            batch_op.drop_column(name)
    op.drop_table('staff_codes')
    op.drop_table('staff_chats')
    op.drop_table('alarms')
    op.drop_table('imported_books')
    op.drop_table('case_parts')
    op.drop_table('happening_cases')
    op.drop_table('happenings')
    op.drop_table('registers')
    op.drop_table('blanks')
    op.drop_table('digests')
    op.drop_table('exports')
