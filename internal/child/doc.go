// Package child is a process that a test starts, reads and ends: on Linux, where it dies
// with the test whatever ends that.
package child
