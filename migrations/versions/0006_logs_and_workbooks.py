"""Workbooks in pieces; timelines by the moment; logs that count where a case lay then"""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('export_pieces',
    sa.Column('export_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['export_id'], ['exports.id'], name=op.f('fk_export_pieces_export_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('export_id', 'number', name=op.f('pk_export_pieces'))
    )
    op.execute("DELETE FROM exports")
    with op.batch_alter_table('exports') as table:
        table.drop_column('body')
    op.create_index('ix_case_events_at', 'case_events', ['at'])
    _by_programme(lambda lodged: lodged if isinstance(lodged, dict) else {'lodged': lodged})


def _by_programme(change) -> None:
    """What was counted before stays; what was not counted then is missing from it."""
    digests = sa.table('digests', sa.column('id', sa.Integer), sa.column('body', sa.JSON))
    db = op.get_bind()
    for row in db.execute(sa.select(digests.c.id, digests.c.body)).all():
        body = dict(row.body or {})
        body['programmes'] = {code: change(told) for code, told in body.get('programmes', {}).items()}
        db.execute(digests.update().where(digests.c.id == row.id).values(body=body))


def downgrade() -> None:
    _by_programme(lambda told: told.get('lodged', 0) if isinstance(told, dict) else told)
    op.drop_index('ix_case_events_at', 'case_events')
    op.execute("DELETE FROM exports")
    with op.batch_alter_table('exports') as table:
        table.add_column(sa.Column('body', sa.LargeBinary(), nullable=True))
    op.drop_table('export_pieces')
