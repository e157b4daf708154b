package sqldb_test

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// As many calls as a service has workers have a transaction each when all of them
// want a second one.
func TestByDefaultEveryWorkerMayHaveAUnitBesideItsCall(t *testing.T) {
	t.Parallel()
	const workers = 10
	db := onPostgres(t)
	w := start(t, db.config(), &bureau{})
	var begun, all sync.WaitGroup
	begun.Add(workers)
	errs := make([]error, workers)
	for i := range workers {
		name := string(rune('a' + i))
		all.Go(func() {
			errs[i] = w.work(within(t), func(ctx context.Context, b *bureau) error {
				err := order("call "+name)(ctx, b.Session)
				begun.Done()
				begun.Wait()
				return errors.Join(err, b.Database.Do(ctx, order("unit "+name)))
			})
		})
	}
	all.Wait()
	if n := db.count(t, "orders"); errors.Join(errs...) != nil || n != 2*workers {
		t.Errorf("have %d orders, %v, want %d", n, errors.Join(errs...), 2*workers)
	}
}
