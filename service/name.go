package service

// Name is the marker that names a service and gives its version:
//
//	_ service.Name `name:"orders" version:"1.2.0"`
//
// Without it the name is that of the struct type in snake_case, and the version
// 0.0.0. A version is semantic (semver.org), as the NATS service protocol wants.
type Name struct{}
