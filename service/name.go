package service

import "regexp"

// Name is the marker that names a service and gives its version:
//
//	_ service.Name `name:"orders" version:"1.2.0"`
//
// Without it the name is that of the struct type in snake_case, and the version
// 0.0.0. A version is semantic (semver.org), as the NATS service protocol wants.
type Name struct{}

// nameOptions are the tag keys of Name.
type nameOptions struct {
	Name    string
	Version string
}

var (
	namePattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	versionPattern = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)
