package users

import (
	"embed"
	"io/fs"
)

// Schema is what the database users has in it. Its engines number rows in different
// ways, so each has files of its own.
type Schema struct{}

//go:embed migrations/users
var usersFiles embed.FS

// Migrations returns the files that make it so.
func (Schema) Migrations() fs.FS { return usersFiles }

// AuditSchema is what the database audit has in it.
type AuditSchema struct{}

//go:embed migrations/audit
var auditFiles embed.FS

// Migrations returns the files that make it so.
func (AuditSchema) Migrations() fs.FS { return auditFiles }
