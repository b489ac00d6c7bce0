"""Conversations in two countries: names in order, questions that wait, STOP, what a complaint names"""

from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('office_names',
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('tag', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sort_key', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_office_names_office')),
    sa.PrimaryKeyConstraint('office', 'tag', name=op.f('pk_office_names'))
    )
    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('flow', sa.String(length=60), nullable=False),
    sa.Column('facts', sa.LargeBinary(), nullable=False),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_questions_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions'))
    )
    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_questions_address_id'), ['address_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_questions_until'), ['until'], unique=False)

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parked', sa.LargeBinary(), nullable=True))

    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('village', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('against', sa.LargeBinary(), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('parked')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('against')
        batch_op.drop_column('village')

    with op.batch_alter_table('addresses', schema=None) as batch_op:
        batch_op.drop_column('stopped_at')

    with op.batch_alter_table('questions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_questions_until'))
        batch_op.drop_index(batch_op.f('ix_questions_address_id'))

    op.drop_table('questions')
    op.drop_table('office_names')
