// Package enoki names the module of a service container framework for Go on
// NATS. The code is in the folders beside it: package service runs services,
// package rpc lets them call each other, and package svctest, in folder testing,
// tests them. README.md begins with an example.
package enoki
