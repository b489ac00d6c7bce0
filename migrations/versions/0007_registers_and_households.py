"""Registers: snapshots, households, members, payments; what is kept of a household, and questions to elsewhere"""

from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_households',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('pin_hash', sa.String(length=80), nullable=True),
    sa.Column('notice_by', sa.String(length=8), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_households')),
    sa.UniqueConstraint('country', 'key', name=op.f('uq_known_households_country_key'))
    )
    op.create_table('shown_papers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('known_id', sa.Integer(), nullable=False),
    sa.Column('paper', sa.String(length=40), nullable=False),
    sa.Column('shown_on', sa.Date(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['known_id'], ['known_households.id'], name=op.f('fk_shown_papers_known_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_shown_papers_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shown_papers')),
    sa.UniqueConstraint('known_id', 'paper', name=op.f('uq_shown_papers_known_id_paper'))
    )
    with op.batch_alter_table('shown_papers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shown_papers_known_id'), ['known_id'], unique=False)

    op.create_table('snapshots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('by_night', sa.Boolean(), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('report', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_snapshots_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshots'))
    )
    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.create_index('ix_snapshots_state_put_at', ['state', 'put_at'], unique=False)

    op.create_table('households',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('level', sa.String(length=12), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('place', sa.String(length=20), nullable=False),
    sa.Column('enrolled', sa.String(length=400), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id'], name=op.f('fk_households_snapshot_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_households')),
    sa.UniqueConstraint('snapshot_id', 'key', name=op.f('uq_households_snapshot_id_key'))
    )
    op.create_table('register_payments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('household', sa.String(length=40), nullable=False),
    sa.Column('programme', sa.String(length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('at', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id'], name=op.f('fk_register_payments_snapshot_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_payments'))
    )
    with op.batch_alter_table('register_payments', schema=None) as batch_op:
        batch_op.create_index('ix_register_payments_snapshot_household', ['snapshot_id', 'household'], unique=False)

    op.create_table('snapshot_pieces',
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id'], name=op.f('fk_snapshot_pieces_snapshot_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('snapshot_id', 'number', name=op.f('pk_snapshot_pieces'))
    )
    op.create_table('members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('about', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_members_household_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_members'))
    )
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_members_household_id'), ['household_id'], unique=False)

    op.create_table('register_numbers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=72), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['households.id'], name=op.f('fk_register_numbers_household_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_register_numbers'))
    )
    with op.batch_alter_table('register_numbers', schema=None) as batch_op:
        batch_op.create_index('ix_register_numbers_household', ['household_id'], unique=False)
        batch_op.create_index('ix_register_numbers_mark', ['mark'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('register_numbers', schema=None) as batch_op:
        batch_op.drop_index('ix_register_numbers_mark')
        batch_op.drop_index('ix_register_numbers_household')

    op.drop_table('register_numbers')
    with op.batch_alter_table('members', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_members_household_id'))

    op.drop_table('members')
    op.drop_table('snapshot_pieces')
    with op.batch_alter_table('register_payments', schema=None) as batch_op:
        batch_op.drop_index('ix_register_payments_snapshot_household')

    op.drop_table('register_payments')
    op.drop_table('households')
    with op.batch_alter_table('snapshots', schema=None) as batch_op:
        batch_op.drop_index('ix_snapshots_state_put_at')

    op.drop_table('snapshots')
    with op.batch_alter_table('shown_papers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shown_papers_known_id'))

    op.drop_table('shown_papers')
    op.drop_table('known_households')
