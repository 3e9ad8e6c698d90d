-- The tables of a data folder of the version before migrations (`PRAGMA user_version` 1), as that version made them.
CREATE TABLE account (
	organisation VARCHAR NOT NULL,
	person VARCHAR NOT NULL,
	username VARCHAR,
	password_hash VARCHAR,
	pin_hash VARCHAR,
	PRIMARY KEY (organisation, person),
	UNIQUE (username)
);
CREATE TABLE throttle (
	"key" VARCHAR NOT NULL,
	tries INTEGER NOT NULL,
	wait_until BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY ("key")
);
CREATE INDEX ix_throttle_updated_at ON throttle (updated_at);
CREATE TABLE session (
	token_sha256 VARCHAR NOT NULL,
	organisation VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	person VARCHAR,
	device VARCHAR,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (token_sha256)
);
CREATE INDEX ix_session_device ON session (device);
CREATE INDEX ix_session_expires_at ON session (expires_at);
CREATE INDEX ix_session_person ON session (person);
CREATE TABLE device_home (
	device VARCHAR NOT NULL,
	organisation VARCHAR NOT NULL,
	PRIMARY KEY (device)
);
CREATE INDEX ix_device_home_organisation ON device_home (organisation);
CREATE TABLE challenge (
	challenge_sha256 VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	expires_at BIGINT NOT NULL,
	PRIMARY KEY (challenge_sha256)
);
CREATE INDEX ix_challenge_device ON challenge (device);
CREATE INDEX ix_challenge_expires_at ON challenge (expires_at);
CREATE TABLE upload (
	id VARCHAR NOT NULL,
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	size BIGINT NOT NULL,
	type VARCHAR NOT NULL,
	declared BOOLEAN NOT NULL,
	state VARCHAR NOT NULL,
	code VARCHAR,
	created_at BIGINT NOT NULL,
	touched_at BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_upload_device ON upload (device);
CREATE INDEX ix_upload_touched_at ON upload (touched_at);
CREATE TABLE organisation (
	id VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE device (
	organisation VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	type VARCHAR NOT NULL,
	depot VARCHAR NOT NULL,
	person VARCHAR,
	state VARCHAR NOT NULL,
	key_x VARCHAR NOT NULL,
	key_y VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	last_seen_ms INTEGER NOT NULL,
	PRIMARY KEY (organisation, id)
);
CREATE TABLE epoch (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	base_seq INTEGER NOT NULL,
	genesis VARCHAR NOT NULL,
	PRIMARY KEY (organisation, device, epoch)
);
CREATE TABLE journal (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	body BLOB NOT NULL,
	received_ms INTEGER NOT NULL,
	skew_ms INTEGER,
	entry_id VARCHAR,
	action VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	code VARCHAR,
	version INTEGER,
	detail VARCHAR NOT NULL,
	repeat_of BOOLEAN NOT NULL,
	PRIMARY KEY (organisation, device, epoch, seq)
);
CREATE INDEX journal_by_state ON journal (organisation, state, code);
CREATE INDEX journal_by_entry ON journal (organisation, entry_id);
CREATE TABLE private_part (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	number INTEGER NOT NULL,
	salted BLOB,
	PRIMARY KEY (organisation, device, epoch, seq, number)
);
CREATE TABLE wait (
	organisation VARCHAR NOT NULL,
	needed VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (organisation, needed, device, epoch, seq)
);
CREATE TABLE declared_loss (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (organisation, device, epoch, seq)
);
CREATE TABLE quarantine (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	hash VARCHAR NOT NULL,
	body BLOB NOT NULL,
	reason VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (organisation, device, epoch, seq, hash)
);
CREATE TABLE record (
	organisation VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	gone BOOLEAN NOT NULL,
	wire BLOB NOT NULL,
	data BLOB NOT NULL,
	meta BLOB NOT NULL,
	buckets VARCHAR NOT NULL,
	PRIMARY KEY (organisation, kind, id)
);
CREATE TABLE member (
	organisation VARCHAR NOT NULL,
	bucket VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	gone BOOLEAN NOT NULL,
	PRIMARY KEY (organisation, bucket, kind, id)
);
CREATE INDEX member_by_version ON member (organisation, bucket, version);
CREATE TABLE blob (
	organisation VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	size INTEGER NOT NULL,
	type VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	code VARCHAR,
	PRIMARY KEY (organisation, sha256)
);
CREATE TABLE blob_declared (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	entry_id VARCHAR NOT NULL,
	PRIMARY KEY (organisation, device, sha256, entry_id)
);
CREATE INDEX blob_declared_by_entry ON blob_declared (organisation, entry_id);
CREATE TABLE blob_held (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	PRIMARY KEY (organisation, device, sha256)
);
CREATE TABLE blob_link (
	organisation VARCHAR NOT NULL,
	sha256 VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	PRIMARY KEY (organisation, sha256, kind, id, device)
);
CREATE INDEX blob_link_by_record ON blob_link (organisation, kind, id);
CREATE TABLE receipt (
	organisation VARCHAR NOT NULL,
	device VARCHAR NOT NULL,
	epoch INTEGER NOT NULL,
	n INTEGER NOT NULL,
	receipt VARCHAR NOT NULL,
	at_ms INTEGER NOT NULL,
	PRIMARY KEY (organisation, device, epoch, n)
);
PRAGMA user_version = 1;
