package ledger

import (
	"cmp"
	"fmt"
	"time"

	"github.com/airtight-telemetry/airtight/internal/watch"
)

// rates holds the counts of hours that run against what is ordinary.
func (s *sight) rates() error {
	w := s.watching
	if w.judged == nil {
		w.judged = map[judgement]verdict{}
	}
	type raised struct {
		watch.Source
		hour time.Time
		watch.Verdict
	}
	var all []raised
	err := s.hours(s.ctx, w.rates.Learned(), s.now.Add(time.Hour), func(hour time.Time, source watch.Source, count int64) {
		at := judgement{source, millis(hour)}
		v, ok := w.judged[at]
		if !ok || v.count != count {
			v = verdict{count, w.rates.Judge(source, hour, count)}
			w.judged[at] = v
		}
		if v.Raised || v.Surge {
			all = append(all, raised{source, hour, v.Verdict})
		}
	})
	if err != nil {
		return err
	}
	for _, r := range all {
		row := s.byKey[incidentKey{RateIncident, r.Source, ""}]
		switch {
		case s.hushed(row):
		case row != nil && row.State == IncidentOpen:
			if err := s.seenAgain(row, r.Verdict); err != nil {
				return err
			}
		case r.Surge:
			o := opening{incidentKey: incidentKey{RateIncident, r.Source, ""}, expected: r.Expected, observed: r.Observed, span: string(r.Window)}
			o.reasons = []string{s.rateReason(r.Source, r.hour, r.Verdict)}
			if o.leaks, err = s.leaksOf(r.Source, r.hour); err != nil {
				return err
			}
			if err := s.begin(o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sight) rateReason(source watch.Source, hour time.Time, v watch.Verdict) string {
	w := s.watching
	falseAlarms := cmp.Or(w.FalseAlarms, watch.DefaultFalseAlarms)
	limit := w.rates.Limit(source, v.Window, hour)
	switch v.Window {
	case watch.Hour:
		return fmt.Sprintf("%d findings in the hour from %s so far; about %s are ordinary for this hour of the week, and by chance it would be %d or more less than once in %s.",
			v.Observed, hour.UTC().Format("2006-01-02 15:04 UTC"), figure(v.Expected), limit, years(falseAlarms))
	case watch.Day:
		return fmt.Sprintf("%d findings on %s so far; about %s are ordinary for such a day, and by chance it would be %d or more less than once in %s.",
			v.Observed, hour.UTC().Format("2006-01-02"), figure(v.Expected), limit, years(falseAlarms))
	default:
		return fmt.Sprintf("%d findings in %d days, where about %s are ordinary; by chance they would add up like this less than once in %s.",
			v.Observed, v.Days, figure(v.Expected), years(falseAlarms))
	}
}
