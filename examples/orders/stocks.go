package orders

import (
	"sync"

	"github.com/enoki-go/enoki/fault"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/service"
)

// Stocks keeps count of articles.
type Stocks struct {
	Shelf *Shelf

	_ rpc.Method `method:"Reserve" args:"article,count"`
	_ rpc.Method `method:"Total"`
}

// OutOfStockError is returned where a shelf holds less than is wanted. A caller in
// another process finds it with errors.As.
type OutOfStockError struct {
	Article string `json:"article"`
	Left    int    `json:"left"`
}

func (e OutOfStockError) Error() string { return e.Article + " are out of stock" }

// Fault names the error on the wire.
func (OutOfStockError) Fault() (string, fault.Code) { return "stocks.out_of_stock", fault.Conflict }

// Reserve takes articles from the shelf and returns how many are left.
func (s *Stocks) Reserve(article string, count int) (int, error) {
	return s.Shelf.take(article, count)
}

// Total returns how many articles are left.
func (s *Stocks) Total() int { return s.Shelf.total() }

// Shelf holds articles. Every call runs on a copy of its service struct, so what
// calls share is behind a pointer and comes from a constructor.
type Shelf struct {
	mu   sync.Mutex // guards left
	left map[string]int
}

// NewShelf returns a shelf with ten pieces of each article.
func NewShelf() *Shelf {
	return &Shelf{left: map[string]int{"apples": 10, "pears": 10}}
}

func (s *Shelf) take(article string, count int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left[article] < count {
		return 0, OutOfStockError{Article: article, Left: s.left[article]}
	}
	s.left[article] -= count
	return s.left[article], nil
}

func (s *Shelf) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	for _, n := range s.left {
		sum += n
	}
	return sum
}

// Options gives `svc run` the constructor of the shelf.
func Options() []service.Option {
	return []service.Option{service.Provide(NewShelf)}
}
