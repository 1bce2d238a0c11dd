package main

import (
	"errors"
	"io"
	"runtime"
	"sync"
)

// worker does one job after the other; done is called when there are no more.
type worker[In, Out any] struct {
	work func(In) Out
	done func()
}

// inOrder reads jobs with next till io.EOF, works on several at once and hands the
// results to each in the order of the jobs. idle is called whenever no result is
// ready, before one is waited for. What is in flight is bounded. After an error of
// each or idle the goroutine in next is left behind: it may wait for input that
// never comes.
func inOrder[In, Out any](next func() (In, error), newWorker func() worker[In, Out], each func(Out) error, idle func() error) error {
	type job struct {
		in  In
		out chan Out
	}
	workers := runtime.GOMAXPROCS(0)
	jobs, order := make(chan job), make(chan job, workers)
	stop := make(chan struct{})
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			w := newWorker()
			for j := range jobs {
				j.out <- w.work(j.in)
			}
			w.done()
		})
	}
	read := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(jobs)
		for {
			in, err := next()
			if err != nil {
				if errors.Is(err, io.EOF) {
					err = nil
				}
				read <- err
				return
			}
			j := job{in, make(chan Out, 1)}
			select {
			case order <- j:
			case <-stop:
				read <- nil
				return
			}
			jobs <- j
		}
	}()
	for {
		j, ok, err := take(order, idle)
		if err == nil && ok {
			var out Out
			if out, _, err = take(j.out, idle); err == nil {
				err = each(out)
			}
		}
		if err != nil {
			close(stop)
			return err
		}
		if !ok {
			working.Wait()
			return <-read
		}
	}
}

// take receives; if it has to wait it calls idle first.
func take[T any](from <-chan T, idle func() error) (v T, ok bool, err error) {
	select {
	case v, ok = <-from:
		return v, ok, nil
	default:
	}
	if err := idle(); err != nil {
		return v, false, err
	}
	v, ok = <-from
	return v, ok, nil
}
