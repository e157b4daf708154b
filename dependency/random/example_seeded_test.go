package random_test

import (
	"fmt"

	"github.com/enoki-go/enoki/dependency/random"
)

// Casino is a service with chance in a field: without a value it draws from crypto/rand.
type Casino struct {
	Random random.Source
}

// Roll throws a die.
func (c *Casino) Roll() int { return 1 + c.Random.IntN(6) }

// A unit test knows what will be drawn.
func ExampleSeeded() {
	one, same := &Casino{Random: random.Seeded(7)}, &Casino{Random: random.Seeded(7)}
	for range 3 {
		fmt.Println(one.Roll() == same.Roll())
	}
	fmt.Println(len(one.Random.Hex(16))) // fit for a token, where it has no seed
	// Output:
	// true
	// true
	// true
	// 32
}
