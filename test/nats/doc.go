// Package nats has the nats command, and the schemas that NATS publishes, look at
// services of ours.
package nats
