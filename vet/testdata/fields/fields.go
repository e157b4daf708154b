package fields

import (
	"context"
	"log/slog"
	"sync"

	"github.com/enoki-go/enoki/dependency/contextdata"
	"github.com/enoki-go/enoki/dependency/httpclient"
	"github.com/enoki-go/enoki/dependency/redisdb"
	"github.com/enoki-go/enoki/dependency/secret"
	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/lock"
	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/web"
)

type In struct{ Sku string }

type Stock struct {
	rpc.Client `service:"stock"`
	Reserve    func(ctx context.Context, sku string, n int) (int, error)
	Left       func(sku string) (int, error)               // want `field Stock: fields\.Stock\.Left: have func\(string\) \(int, error\), want func\(ctx context\.Context, args…\) \(results…, error\)`
	Slow       func(ctx context.Context) error             `timeot:"2s"` // want `field Stock: fields\.Stock\.Slow: unknown tag key "timeot": known keys are rpc, timeout; did you mean "timeout"\?`
	Watch      func(ctx context.Context, c chan int) error // want `field Stock: fields\.Stock\.Watch: describe chan int: have chan int, want a type that JSON can carry`
}

type Nameless struct {
	rpc.Client
	Left func(ctx context.Context) error
}

type base struct {
	mu  sync.Mutex // want `field mu \(sync\.Mutex\) is or holds a lock: every call runs on its own copy`
	Log *slog.Logger
}

type Orders struct {
	base
	_        rpc.Method             `method:"Create"`
	Charge   rpc.Func[In, int]      `rpc:"payments.charge" timeout:"-1s"` // want `field Charge: tag timeout:"-1s": want a duration above 0s`
	Refund   rpc.Func[In, int]      `rpc:"payments"`                      // want `field Refund: tag key rpc: have "payments", want "service\.method"`
	Void     rpc.Func[In, rpc.None] // want `field Void: tag key "rpc" is missing: want rpc:"…"`
	Stream   rpc.Func[chan In, int] `rpc:"payments.stream"`               // want `field Stream: describe chan fields\.In: have chan fields\.In, want a type that JSON can carry`
	Paint    rpc.Job[In, int]       `rpc:"painter.paint" timeout:"9000h"` // want `field Paint: tag key timeout: have 9000h0m0s, want at most`
	Later    rpc.Jobs               `timeuot:"1s"`                        // want `field Later: unknown tag key "timeuot": known keys are timeout; did you mean "timeout"\?`
	Any      rpc.Proxy              `servce:"stock"`                      // want `field Any: unknown tag key "servce": known keys are service, timeout; did you mean "service"\?`
	Stock    Stock
	Nameless Nameless  // want `field Nameless: tag key service: have "", want the name of a service`
	proxy    rpc.Proxy // want `field proxy \(rpc\.Proxy\) is not exported, so nobody can fill it; write Proxy, or set it before the start`
	given    rpc.Proxy
	Nightly  lock.Mutex               `lock:"nightly" ttl:"1ms"` // want `field Nightly: tag key ttl: have 1ms, want 100ms to 1h0m0s`
	Daily    lock.Mutex               `lock:"da ily"`            // want `field Daily: tag key lock: have "da ily", want 1 to 64 letters`
	DB       *sqldb.Session           `db:"main"`
	Wrong    sqldb.Session            // want `field Wrong \(sqldb\.Session\) is or holds a lock`
	Other    *sqldb.Session           `bd:"x"` // want `field Other: unknown tag key "bd": known keys are db`
	Client   redisdb.Client           // want `field Client: have a field of type redisdb\.Client, want \*redisdb\.Client`
	Cache    *redisdb.Client          `reddis:"cache"` // want `field Cache: unknown tag key "reddis": known keys are redis; did you mean "redis"\?`
	API      *httpclient.Client       `htp:"api"`      // want `field API: unknown tag key "htp": known keys are http; did you mean "http"\?` `tag key "?http`
	Named    *httpclient.Client       `http:"an api"`  // want `field Named: tag key http: have "an api", want the name of an API`
	Key      secret.Text              // want `field Key: tag key "secret" is missing: want secret:"…"`
	Token    secret.Text              `secret:"token"`
	User     contextdata.UserID       `data:"x"` // want `field User: unknown tag key "data": known keys are none`
	Tenant   contextdata.Value[int]   `data:"tenant"`
	Blob     contextdata.Value[[]int] `data:"blob"` // want `field Blob: have context data of type \[\]int, want a string, bool, number`
	Hub      web.Hub                  // want `is or holds a lock|have a field of type web\.Hub, want \*web\.Hub`
	Shared   *sync.Mutex
	Settings struct{ A int } `config:"orders"`
}

func New(p rpc.Proxy) *Orders { return &Orders{given: p} }

func (o *Orders) Create(ctx context.Context) error { o.mu.Lock(); return nil }
