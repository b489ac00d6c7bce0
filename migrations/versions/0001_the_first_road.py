"""The first road"""

from alembic import op
import sqlalchemy as sa

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("audit", "audit_seals")


def keep_audit() -> None:
    """The database itself refuses to change or delete a row of the audit."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )


def upgrade() -> None:
    op.create_table('addresses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('number', sa.LargeBinary(), nullable=False),
    sa.Column('number_hash', sa.String(length=80), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=True),
    sa.Column('last_month', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_addresses')),
    sa.UniqueConstraint('number_hash', name=op.f('uq_addresses_number_hash'))
    )
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=40), nullable=False),
    sa.Column('act', sa.String(length=40), nullable=False),
    sa.Column('thing', sa.String(length=60), nullable=False),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('books',
    sa.Column('print', sa.String(length=16), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('print', name=op.f('pk_books'))
    )
    op.create_table('conversations_left',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('step', sa.String(length=120), nullable=False),
    sa.Column('how', sa.String(length=10), nullable=False),
    sa.Column('book', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations_left'))
    )
    with op.batch_alter_table('conversations_left', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversations_left_day'), ['day'], unique=False)

    op.create_table('heard',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('hop_hash', sa.String(length=80), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=True),
    sa.Column('ends', sa.Boolean(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_heard')),
    sa.UniqueConstraint('channel', 'hop_hash', name=op.f('uq_heard_channel_hop_hash'))
    )
    with op.batch_alter_table('heard', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_heard_heard_at'), ['heard_at'], unique=False)

    op.create_table('marks',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('value', sa.String(length=400), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_marks'))
    )
    op.create_table('offices',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('level', sa.String(length=20), nullable=False),
    sa.Column('parent', sa.String(length=40), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_offices'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('totp', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('name', name=op.f('uq_staff_name'))
    )
    op.create_table('tries',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key_hash', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tries'))
    )
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.create_index('ix_tries_kind_key_hash_at', ['kind', 'key_hash', 'at'], unique=False)

    op.create_table('audit_seals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('audit_id', sa.Integer(), nullable=False),
    sa.Column('seal', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['audit_id'], ['audit.id'], name=op.f('fk_audit_seals_audit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_seals')),
    sa.UniqueConstraint('audit_id', name=op.f('uq_audit_seals_audit_id'))
    )
    op.create_table('conversations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('book', sa.String(length=16), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.Column('session_hash', sa.String(length=80), nullable=False),
    sa.Column('consumed', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=120), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_conversations_address_id')),
    sa.ForeignKeyConstraint(['book'], ['books.print'], name=op.f('fk_conversations_book')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations')),
    sa.UniqueConstraint('address_id', name=op.f('uq_conversations_address_id'))
    )
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversations_lapses_at'), ['lapses_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_conversations_session_hash'), ['session_hash'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('about', sa.String(length=60), nullable=False),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('provider_id', sa.String(length=80), nullable=True),
    sa.Column('error', sa.String(length=200), nullable=True),
    sa.Column('put_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_outbox_address_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('once', name=op.f('uq_outbox_once'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_about', ['about'], unique=False)
        batch_op.create_index('ix_outbox_state_due_at', ['state', 'due_at'], unique=False)

    op.create_table('presences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=80), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_presences_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presences')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_presences_token_hash'))
    )
    op.create_table('queues',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_queues_office')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_queues'))
    )
    op.create_table('staff_offices',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_staff_offices_office')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_offices_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'office', name=op.f('pk_staff_offices'))
    )
    op.create_table('totp_used',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_totp_used_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'step', name=op.f('pk_totp_used'))
    )
    op.create_table('cases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('place', sa.String(length=20), nullable=False),
    sa.Column('story', sa.LargeBinary(), nullable=True),
    sa.Column('answer_by', sa.String(length=10), nullable=False),
    sa.Column('safe_hours', sa.String(length=20), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('pin_hash', sa.String(length=80), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('flow', sa.String(length=60), nullable=False),
    sa.Column('pack', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('queue', sa.String(length=40), nullable=True),
    sa.Column('promise_days', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('routed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_answer_working_s', sa.Integer(), nullable=True),
    sa.Column('first_answer_calendar_s', sa.Integer(), nullable=True),
    sa.Column('resolution_working_s', sa.Integer(), nullable=True),
    sa.Column('resolution_calendar_s', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_cases_address_id')),
    sa.ForeignKeyConstraint(['queue'], ['queues.code'], name=op.f('fk_cases_queue')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cases')),
    sa.UniqueConstraint('reference', name=op.f('uq_cases_reference'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cases_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_cases_queue_state_due_at', ['queue', 'state', 'due_at'], unique=False)
        batch_op.create_index('ix_cases_state_opened_at', ['state', 'opened_at'], unique=False)

    op.create_table('case_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('once', sa.String(length=80), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_events_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_events_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_events')),
    sa.UniqueConstraint('once', name=op.f('uq_case_events_once'))
    )
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_events_case_id'), ['case_id'], unique=False)

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
        batch_op.create_index(batch_op.f('ix_tellings_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_tellings_state_put_at', ['state', 'put_at'], unique=False)

    keep_audit()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only CASCADE")
    with op.batch_alter_table('tellings', schema=None) as batch_op:
        batch_op.drop_index('ix_tellings_state_put_at')
        batch_op.drop_index(batch_op.f('ix_tellings_case_id'))

    op.drop_table('tellings')
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_events_case_id'))

    op.drop_table('case_events')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('ix_cases_state_opened_at')
        batch_op.drop_index('ix_cases_queue_state_due_at')
        batch_op.drop_index(batch_op.f('ix_cases_address_id'))

    op.drop_table('cases')
    op.drop_table('totp_used')
    op.drop_table('staff_offices')
    op.drop_table('queues')
    op.drop_table('presences')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_state_due_at')
        batch_op.drop_index('ix_outbox_about')

    op.drop_table('outbox')
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversations_session_hash'))
        batch_op.drop_index(batch_op.f('ix_conversations_lapses_at'))

    op.drop_table('conversations')
    op.drop_table('audit_seals')
    with op.batch_alter_table('tries', schema=None) as batch_op:
        batch_op.drop_index('ix_tries_kind_key_hash_at')

    op.drop_table('tries')
    op.drop_table('staff')
    op.drop_table('offices')
    op.drop_table('marks')
    with op.batch_alter_table('heard', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_heard_heard_at'))

    op.drop_table('heard')
    with op.batch_alter_table('conversations_left', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversations_left_day'))

    op.drop_table('conversations_left')
    op.drop_table('books')
    op.drop_table('audit')
    op.drop_table('addresses')
