package sqldb_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

func ExampleRetry() {
	tries := 0
	err := sqldb.Retry(context.Background(), func(context.Context) error {
		if tries++; tries < 3 {
			return collision // what PostgreSQL says of a transaction that met another one
		}
		return nil
	})
	fmt.Println(tries, err)
	// Output: 3 <nil>
}

// Whole calls are repeated by a middleware.
func ExampleRetry_middleware() {
	_ = service.Use(func(next service.Handler) service.Handler {
		return func(ctx context.Context, c *entrypoint.Call) (out any, err error) {
			err = sqldb.Retry(ctx, func(ctx context.Context) error {
				out, err = next(ctx, c)
				return err
			})
			return out, err
		}
	})
}
