"""Every channel: threads and replies, attachments, tries and parts of a text, what texts cost, persons"""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('DELETE FROM heard')  # hops of the last two days, in a shape that is read no more
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

    with op.batch_alter_table('addresses', schema=None) as batch_op:
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

    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.drop_index('ix_attachments_state_due_at')
        batch_op.drop_index(batch_op.f('ix_attachments_case_id'))

    op.drop_table('attachments')
    with op.batch_alter_table('proofs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_proofs_until'))

    op.drop_table('proofs')
    op.drop_table('spent')
    op.drop_table('persons')
