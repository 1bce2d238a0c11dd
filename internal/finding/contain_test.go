package finding

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func in(d time.Duration) time.Time { return time.Now().Add(d) }

// log of the changes that a view is told.
type changes []string

func (c *changes) note(e ContainmentEvent) {
	*c = append(*c, fmt.Sprintf("%s %s/%s", e.Change, e.Namespace, e.Service))
}

func TestContainment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		var a, b changes
		one, two := h.Containing(a.note), h.Containing(b.note)
		holds := func(v *Containing, service, want string) {
			t.Helper()
			if ordered, own := v.Holds(service, "shop", time.Now()); fmt.Sprint(ordered, own) != want {
				t.Errorf("%s: ordered and own are %v %v, want %s", service, ordered, own, want)
			}
		}
		for _, err := range []error{
			h.Contain(Containment{Service: "cart", Namespace: "shop", Until: in(time.Minute), Reason: "incident 7", By: "ledger"}),
			one.Contain(Containment{Service: "pay", Namespace: "shop", Until: in(2 * time.Minute), Reason: "7 findings within 1m", By: "airtight"}),
			one.Contain(Containment{Service: "pay", Namespace: "shop", Until: in(time.Hour)}),                                   // stays as it is
			h.Contain(Containment{Service: "cart", Namespace: "shop", Until: in(90 * time.Second), Reason: "again", By: "ann"}), // another end
		} {
			if err != nil {
				t.Error(err)
			}
		}
		holds(one, "cart", "true false")
		holds(two, "cart", "true false")
		holds(one, "pay", "false true")
		holds(two, "pay", "false false")
		holds(one, "other", "false false")
		if ordered, own := one.Count(); ordered != 1 || own != 1 {
			t.Errorf("counts %d and %d", ordered, own)
		}
		all := h.Containments()
		if len(all) != 2 || all[0].Service != "cart" || all[0].By != "ann" || all[1].Until.Sub(all[1].Since) != 2*time.Minute {
			t.Errorf("%+v", all)
		}
		time.Sleep(90 * time.Second)
		synctest.Wait()
		holds(one, "cart", "false false")
		holds(one, "pay", "false true")
		if !h.Release("pay", "shop") || h.Release("pay", "shop") {
			t.Error("a containment is not released once")
		}
		if one.Any() {
			t.Error("something is left")
		}
		if err := two.Contain(Containment{Service: "x", Until: in(time.Minute)}); err != nil {
			t.Error(err)
		}
		two.Close()
		one.Close()
		if h.Containments() != nil {
			t.Errorf("%+v is left", h.Containments())
		}
		if got, want := fmt.Sprint(a), "[started shop/cart started shop/pay prolonged shop/cart expired shop/cart released shop/pay]"; got != want {
			t.Errorf("one was told\n%s, want\n%s", got, want)
		}
		if got, want := fmt.Sprint(b), "[started shop/cart prolonged shop/cart expired shop/cart started /x withdrawn /x]"; got != want {
			t.Errorf("two was told\n%s, want\n%s", got, want)
		}
		tap, err := h.Take()
		if err != nil {
			t.Fatal(err)
		}
		var audit changes
		for _, e := range tap.ContainmentEvents() {
			audit.note(e)
		}
		if got, want := fmt.Sprint(audit), "[started shop/cart started shop/pay prolonged shop/cart expired shop/cart released shop/pay started /x withdrawn /x]"; got != want {
			t.Errorf("the audit reads\n%s, want\n%s", got, want)
		}
		if len(tap.ContainmentEvents()) != 0 {
			t.Error("events come twice")
		}
	})
}

func TestContainmentBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		for _, c := range []struct {
			c    Containment
			want error
		}{
			{Containment{Service: "a"}, ErrContainmentOver},
			{Containment{Service: "a", Until: time.Now()}, ErrContainmentOver},
			{Containment{Service: strings.Repeat("a", 201), Until: in(time.Hour)}, ErrContainmentName},
			{Containment{Service: "a", Namespace: strings.Repeat("a", 201), Until: in(time.Hour)}, ErrContainmentName},
			{Containment{Service: "a", Until: in(time.Hour), Reason: strings.Repeat("é", 999), By: strings.Repeat("b", 999)}, nil},
			{Containment{Service: "b", Until: in(999 * time.Hour)}, nil},
		} {
			if err := h.Contain(c.c); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		}
		all := h.Containments()
		if len(all) != 2 || len(all[0].Reason) != 256 || len(all[0].By) != 256 || all[1].Until.Sub(time.Now()) != MaxContainment {
			t.Errorf("%+v", all)
		}
		var err error
		n := len(all)
		for ; err == nil; n++ {
			err = h.Contain(Containment{Service: fmt.Sprint(n), Until: in(time.Hour)})
		}
		if n-1 != maxContained || !errors.Is(err, ErrContainmentFull) {
			t.Errorf("%d are contained, then %v", n-1, err)
		}
		if err := h.Contain(Containment{Service: "a", Until: in(time.Minute)}); err != nil {
			t.Errorf("what is contained can't be given another end: %v", err)
		}
		time.Sleep(MaxContainment)
		synctest.Wait()
		if h.Containments() != nil || h.contained.Load() != nil {
			t.Error("containments outlive their end")
		}
		tap, err := h.Take()
		if err != nil {
			t.Fatal(err)
		}
		if n := len(tap.ContainmentEvents()); n != maxContainmentEvents {
			t.Errorf("%d events are kept", n)
		}
	})
}

// TestContainmentRace orders, contains, releases and looks at once.
func TestContainmentRace(t *testing.T) {
	h := NewHub()
	var told changes
	v := h.Containing(told.note)
	defer v.Close()
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			service := fmt.Sprint("s", i%4)
			for range 500 {
				_ = h.Contain(Containment{Service: service, Until: in(time.Duration(i) * time.Millisecond)})
				_ = v.Contain(Containment{Service: service, Until: in(time.Millisecond)})
				v.Holds(service, "", time.Now())
				v.Count()
				h.Containments()
				h.Release(service, "")
			}
		})
	}
	g.Wait()
	if v.Any() {
		t.Error("something is left after all was released")
	}
	if len(told) == 0 {
		t.Error("nobody was told")
	}
}
