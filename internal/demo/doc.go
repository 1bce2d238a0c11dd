// Package demo is the play of `airtight demo`: the leaky telemetry of a small
// shop, sent through the OpenTelemetry SDK, and two OTLP servers that hold what
// was sent against what came out at the other end of a Collector.
//
// Every value in it is invented. The vendor keys are made from their format when
// the program starts, so that no well-formed key stands in the source.
package demo
