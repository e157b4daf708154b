-- +goose Up
CREATE TABLE entries (
	user_id bigint NOT NULL,
	what text NOT NULL,
	at timestamp NOT NULL
);
CREATE INDEX entries_user_id ON entries (user_id);

-- +goose Down
DROP TABLE entries;
