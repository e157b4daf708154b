package events

import (
	"context"
	"sync"
	"time"

	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/events"
	"github.com/enoki-go/enoki/rpc"
)

// Shop shows prices. Each of its processes keeps those that were asked for.
type Shop struct {
	Ask   rpc.Func[string, Price] `rpc:"catalog.price" timeout:"2s"`
	Cache *Cache
}

// Entrypoints declares what reaches the shop: every instance hears of a changed price.
func (*Shop) Entrypoints() []entrypoint.Binding {
	return []entrypoint.Binding{
		entrypoint.Bind(rpc.Method{}, (*Shop).Price, `args:"article"`),
		events.On(PriceChanged, (*Shop).OnPriceChanged, `mode:"broadcast"`),
	}
}

// Price returns the price of an article, from the cache if it is there.
func (s *Shop) Price(ctx context.Context, article string) (Price, error) {
	price, mark, ok := s.Cache.find(article)
	if ok {
		return price, nil
	}
	price, err := s.Ask(ctx, article)
	if err == nil {
		s.Cache.keep(price, mark)
	}
	return price, err
}

// OnPriceChanged drops a price. It does so again where the event comes again, which
// does no harm.
func (s *Shop) OnPriceChanged(_ context.Context, changed Price) error {
	s.Cache.drop(changed.Article)
	return nil
}

// maxAge is how long a price is kept: an instance that the broker has not seen for
// five minutes misses what was broadcast then.
const maxAge = 5 * time.Minute

// Cache holds prices. Every call runs on a copy of its service struct, so what
// calls share is behind a pointer and comes from a constructor.
type Cache struct {
	mu     sync.Mutex // guards what follows
	prices map[string]kept
	drops  int
}

// kept is a price with its last moment.
type kept struct {
	price Price
	until time.Time
}

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{prices: make(map[string]kept)} }

// find returns a price, or a mark for keep, to be taken before anybody is asked.
func (c *Cache) find(article string) (price Price, mark int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.prices[article]
	return k.price, c.drops, time.Now().Before(k.until)
}

// keep adds a price, unless anything was dropped since the mark: the answer may be
// older than what the event told.
func (c *Cache) keep(p Price, mark int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == mark {
		c.prices[p.Article] = kept{p, time.Now().Add(maxAge)}
	}
}

func (c *Cache) drop(article string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.prices, article)
	c.drops++
}
