package role

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"time"

	"github.com/enoki-go/enoki/rpc"
	"github.com/enoki-go/enoki/test/chaos/history"
)

// Fetcher is a process that knows of durable calls nothing but the handles that
// their callers have written down. It asks for all results, prints a Summary and
// ends.
type Fetcher struct {
	Limit time.Duration // how long to wait for each
}

// fetchesAtOnce is how many results are asked for at once.
const fetchesAtOnce = 16

func (s Setup) fetch(facts *history.File) error {
	all, err := history.Read(s.Dir)
	if err != nil {
		return err
	}
	client, err := s.dial()
	if err != nil {
		return err
	}
	sayReady()
	summary, jobs := Summary{}, client.Jobs()
	calls := make(chan history.Fact)
	var fetching sync.WaitGroup
	for range fetchesAtOnce {
		fetching.Go(func() {
			for f := range calls {
				(&journal{s.Name, facts}).write(s.Fetcher.result(jobs, f))
			}
		})
	}
	for _, f := range all {
		if f.Kind == history.Submitted && f.Handle != "" {
			summary.Calls++
			calls <- f
		}
	}
	close(calls)
	fetching.Wait()
	return json.NewEncoder(os.Stdout).Encode(summary)
}

// result asks for the result of one call.
func (o *Fetcher) result(jobs rpc.Jobs, submitted history.Fact) history.Fact {
	ctx, cancel := context.WithTimeout(context.Background(), o.Limit)
	defer cancel()
	began := time.Now()
	f := history.Fact{Kind: history.Fetched, ID: submitted.ID, Method: submitted.Method}
	by, err := fetchText(ctx, jobs, submitted.Handle)
	f.Took, f.By = time.Since(began), by
	if err != nil {
		f.Error = err.Error()
	}
	return f
}

func fetchText(ctx context.Context, jobs rpc.Jobs, handle string) (text string, err error) {
	h, err := rpc.ParseHandle(handle)
	if err != nil {
		return "", err
	}
	r, err := jobs.Fetch(ctx, h)
	if err != nil {
		return "", err
	}
	err = r.Decode(&text)
	return text, err
}
