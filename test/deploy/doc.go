// Package deploy holds the tests of what takes the examples into production: Dockerfiles,
// compose files and manifests of Kubernetes, read by the types and parsers of those who
// run them, and checked for what these do not see.
//
// No container is started. The build command of each Dockerfile is run in the context that
// Docker would send, and the program that comes out is asked what it serves.
package deploy
