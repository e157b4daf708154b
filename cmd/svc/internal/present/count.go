package present

import "fmt"

// Count returns how many there are of something, in English: "1 stream", "2 streams".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
