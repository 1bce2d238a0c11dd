package demo

import (
	"context"
	"testing"
	"time"
)

// TestTrade: what goes on after the play comes from the shop, and goes on until it is
// told to end.
func TestTrade(t *testing.T) {
	t.Parallel()
	sink, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- Trade(ctx, sink.Addr(), func(text string) { t.Errorf("it is too early for %q", text) })
	}()
	const records = 20
	came := sink.TakeRecords(ctx, records)
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if came.Records() < records {
		t.Errorf("%d records came", came.Records())
	}
	for _, it := range came.Items {
		if !it.OfShop {
			t.Errorf("%s is not of the shop", it.Title)
		}
	}
}
