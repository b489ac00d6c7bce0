"""Appointments: seats at the single window, the day at it, visits, closures, who waits"""

from alembic import op
import sqlalchemy as sa

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('feeds',
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('token', sa.LargeBinary(), nullable=False),
    sa.Column('token_hash', sa.String(length=80), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('place', name=op.f('pk_feeds')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_feeds_token_hash'))
    )
    op.create_table('closures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('below', sa.Boolean(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('begin', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=20), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('send_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_closures_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closures')),
    sa.UniqueConstraint('once', name=op.f('uq_closures_once'))
    )
    with op.batch_alter_table('closures', schema=None) as batch_op:
        batch_op.create_index('ix_closures_country_last', ['country', 'last'], unique=False)

    op.create_table('visits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('office', sa.String(length=40), nullable=False),
    sa.Column('area', sa.String(length=20), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('begin', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('counters', sa.Integer(), nullable=False),
    sa.Column('services', sa.JSON(), nullable=False),
    sa.Column('landmark', sa.String(length=120), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['office'], ['offices.code'], name=op.f('fk_visits_office')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_visits_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits')),
    sa.UniqueConstraint('once', name=op.f('uq_visits_once'))
    )
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.create_index('ix_visits_country_day', ['country', 'day'], unique=False)

    op.create_table('appointments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('service', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('unit', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=True),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.LargeBinary(), nullable=True),
    sa.Column('who', sa.String(length=80), nullable=True),
    sa.Column('priority', sa.Boolean(), nullable=False),
    sa.Column('how', sa.String(length=8), nullable=False),
    sa.Column('hours', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('coming', sa.Boolean(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('of', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('was_easy', sa.String(length=10), nullable=False),
    sa.Column('was_done', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_appointments_address_id')),
    sa.ForeignKeyConstraint(['of'], ['appointments.id'], name=op.f('fk_appointments_of')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments')),
    sa.UniqueConstraint('reference', name=op.f('uq_appointments_reference'))
    )
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_appointments_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_appointments_next_at', ['next_at'], unique=False)
        batch_op.create_index('ix_appointments_place_day', ['place', 'day'], unique=False)
        batch_op.create_index('ix_appointments_state_made_at', ['state', 'made_at'], unique=False)

    op.create_table('told_times',
    sa.Column('address_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('service', sa.String(length=40), nullable=False),
    sa.Column('priority', sa.Boolean(), nullable=False),
    sa.Column('times', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_told_times_address_id')),
    sa.PrimaryKeyConstraint('address_id', name=op.f('pk_told_times'))
    )
    op.create_table('closure_touched',
    sa.Column('closure_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_closure_touched_appointment_id')),
    sa.ForeignKeyConstraint(['closure_id'], ['closures.id'], name=op.f('fk_closure_touched_closure_id')),
    sa.ForeignKeyConstraint(['to_id'], ['appointments.id'], name=op.f('fk_closure_touched_to_id')),
    sa.PrimaryKeyConstraint('closure_id', 'appointment_id', name=op.f('pk_closure_touched'))
    )
    with op.batch_alter_table('closure_touched', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_closure_touched_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_closure_touched_to_id'), ['to_id'], unique=False)

    op.create_table('seats',
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('counter', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('unit', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_seats_appointment_id')),
    sa.PrimaryKeyConstraint('place', 'day', 'counter', 'unit', name=op.f('pk_seats')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('seats', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_seats_appointment_id'), ['appointment_id'], unique=False)

    op.create_table('tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('service', sa.String(length=40), nullable=False),
    sa.Column('priority', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('came_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('in_line_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waited', sa.Integer(), nullable=False),
    sa.Column('took', sa.Integer(), nullable=False),
    sa.Column('paper', sa.Boolean(), nullable=False),
    sa.Column('once', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_tokens_address_id')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointments.id'], name=op.f('fk_tokens_appointment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tokens')),
    sa.UniqueConstraint('appointment_id', name=op.f('uq_tokens_appointment_id')),
    sa.UniqueConstraint('once', name=op.f('uq_tokens_once')),
    sa.UniqueConstraint('place', 'day', 'number', name=op.f('uq_tokens_place_day_number'))
    )
    with op.batch_alter_table('tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tokens_address_id'), ['address_id'], unique=False)
        batch_op.create_index('ix_tokens_place_day_state', ['place', 'day', 'state'], unique=False)

    op.create_table('waiting',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('service', sa.String(length=40), nullable=False),
    sa.Column('priority', sa.Boolean(), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=True),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offer_id', sa.Integer(), nullable=True),
    sa.Column('offer_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('offers', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['address_id'], ['addresses.id'], name=op.f('fk_waiting_address_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['appointments.id'], name=op.f('fk_waiting_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting'))
    )
    with op.batch_alter_table('waiting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_address_id'), ['address_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_next_at'), ['next_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_waiting_offer_id'), ['offer_id'], unique=False)
        batch_op.create_index('ix_waiting_place_since', ['place', 'since'], unique=False)



def downgrade() -> None:

    with op.batch_alter_table('waiting', schema=None) as batch_op:
        batch_op.drop_index('ix_waiting_place_since')
        batch_op.drop_index(batch_op.f('ix_waiting_offer_id'))
        batch_op.drop_index(batch_op.f('ix_waiting_next_at'))
        batch_op.drop_index(batch_op.f('ix_waiting_address_id'))

    op.drop_table('waiting')
    with op.batch_alter_table('tokens', schema=None) as batch_op:
        batch_op.drop_index('ix_tokens_place_day_state')
        batch_op.drop_index(batch_op.f('ix_tokens_address_id'))

    op.drop_table('tokens')
    with op.batch_alter_table('seats', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_seats_appointment_id'))

    op.drop_table('seats')
    with op.batch_alter_table('closure_touched', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_closure_touched_to_id'))
        batch_op.drop_index(batch_op.f('ix_closure_touched_appointment_id'))

    op.drop_table('closure_touched')
    op.drop_table('told_times')
    with op.batch_alter_table('appointments', schema=None) as batch_op:
        batch_op.drop_index('ix_appointments_state_made_at')
        batch_op.drop_index('ix_appointments_place_day')
        batch_op.drop_index('ix_appointments_next_at')
        batch_op.drop_index(batch_op.f('ix_appointments_address_id'))

    op.drop_table('appointments')
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.drop_index('ix_visits_country_day')

    op.drop_table('visits')
    with op.batch_alter_table('closures', schema=None) as batch_op:
        batch_op.drop_index('ix_closures_country_last')

    op.drop_table('closures')
    op.drop_table('feeds')

