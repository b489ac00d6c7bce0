"""Requests for programmes, plans of households, and questions to registers of elsewhere"""

from alembic import op
import sqlalchemy as sa

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lookups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('asked', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('send', sa.Boolean(), nullable=False),
    sa.Column('opens', sa.String(length=8), nullable=False),
    sa.Column('sight', sa.LargeBinary(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_lookups_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lookups'))
    )
    with op.batch_alter_table('lookups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lookups_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_lookups_state_next_at', ['state', 'next_at'], unique=False)
        batch_op.create_index('ix_lookups_until', ['until'], unique=False)

    op.create_table('plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('answer_by', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_plans_address_id')),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_plans_office')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_plans_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plans')),
    sa.UniqueConstraint('reference', name=op.f('uq_plans_reference'))
    )
    with op.batch_alter_table('plans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plans_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_plans_office_closed_at', ['office', 'closed_at'], unique=False)

    op.create_table('plan_needs',
    sa.Column('case_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_plan_needs_case_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_plan_needs_plan_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_plan_needs'))
    )
    with op.batch_alter_table('plan_needs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_needs_plan_id'), ['plan_id'], unique=False)

    op.create_table('plan_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.LargeBinary(), nullable=True),
    sa.Column('who', sa.String(length=8), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.Integer(), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['done_by'], ['staff.id'], name=op.f('fk_plan_steps_done_by')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_plan_steps_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_steps')),
    sa.UniqueConstraint('once', name=op.f('uq_plan_steps_once'))
    )
    with op.batch_alter_table('plan_steps', schema=None) as batch_op:
        batch_op.create_index('ix_plan_steps_next_at', ['next_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_steps_plan_id'), ['plan_id'], unique=False)

    op.create_table('requests',
    sa.Column('case_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('programme', sa.String(length=40), nullable=False),
    sa.Column('answers', sa.LargeBinary(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told', sa.String(length=8), nullable=False),
    sa.Column('rule', sa.String(length=12), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_requests_case_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_requests'))
    )
    with op.batch_alter_table('requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_requests_programme'), ['programme'], unique=False)

    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.add_column(sa.Column('hold', sa.Integer(), nullable=False, server_default='0'))

    # Two workers may once have left two that count: the newest does.
    op.execute("UPDATE snapshots SET state = 'old' WHERE state = 'current' AND id NOT IN "
               "(SELECT max(id) FROM snapshots WHERE state = 'current' GROUP BY country, kind)")
    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.create_index('uq_snapshots_current', ['country', 'kind'], unique=True, sqlite_where=sa.text("state = 'current'"), postgresql_where=sa.text("state = 'current'"))

    with op.batch_alter_table('register_payments', schema=None) as batch_op:
        batch_op.alter_column('amount', type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('register_payments', schema=None) as batch_op:
        batch_op.alter_column('amount', type_=sa.Integer(), existing_type=sa.BigInteger(), existing_nullable=False)

    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.drop_index('uq_snapshots_current')
        batch_op.drop_column('hold')

    with op.batch_alter_table('requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_requests_programme'))

    op.drop_table('requests')
    with op.batch_alter_table('plan_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_steps_plan_id'))
        batch_op.drop_index('ix_plan_steps_next_at')

    op.drop_table('plan_steps')
    with op.batch_alter_table('plan_needs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_needs_plan_id'))

    op.drop_table('plan_needs')
    with op.batch_alter_table('plans', schema=None) as batch_op:
        batch_op.drop_index('ix_plans_office_closed_at')
        batch_op.drop_index(batch_op.f('ix_plans_address_id'))

    op.drop_table('plans')
    with op.batch_alter_table('lookups', schema=None) as batch_op:
        batch_op.drop_index('ix_lookups_until')
        batch_op.drop_index('ix_lookups_state_next_at')
        batch_op.drop_index(batch_op.f('ix_lookups_address_id'))

    op.drop_table('lookups')
