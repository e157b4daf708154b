package sqldb_test

import (
	"context"
	"fmt"

	"github.com/enoki-go/enoki/dependency/sqldb"
	"github.com/enoki-go/enoki/entrypoint"
	"github.com/enoki-go/enoki/service"
)

// Shelf has articles, and sends them.
type Shelf struct {
	DB *sqldb.Database `db:"shelf"`
}

// Reserve takes an article from the shelf, in whatever transaction it is given: that
// of a call or that of a unit of work.
func Reserve(ctx context.Context, s *sqldb.Session, article string) error {
	_, err := s.ExecContext(ctx, "UPDATE shelf SET count = count - 1 WHERE article = $1", article)
	return err
}

// ReserveAll commits each article by itself: those before one that fails stay reserved.
func (s *Shelf) ReserveAll(ctx context.Context, articles []string) error {
	for _, article := range articles {
		if err := s.DB.Do(ctx, func(ctx context.Context, unit *sqldb.Session) error {
			return Reserve(ctx, unit, article)
		}); err != nil {
			return err
		}
	}
	return nil
}

func ExampleDatabase_Do() {
	var s Shelf // a service, whose fields are filled
	_ = s.ReserveAll
}

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
