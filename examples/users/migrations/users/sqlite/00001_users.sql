-- +goose Up
CREATE TABLE users (
	id integer PRIMARY KEY AUTOINCREMENT,
	username text NOT NULL UNIQUE
);

-- +goose Down
DROP TABLE users;
