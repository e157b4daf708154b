// Package coming holds what the pages docs/coming-from-*.md show of other frameworks, each
// in a package of its own whose tests run it.
package coming
