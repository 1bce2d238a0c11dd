// A sender that speaks OTLP/HTTP through the OpenTelemetry SDK for Node. Its one
// argument is a JSON file:
//
//   {"endpoint", "producer", "logs", "spans", "plain", "records": [{"body", "attributes"}]}
//
// It ends with status 1 if anything was not taken.
import { readFileSync } from 'node:fs';
import { SpanStatusCode } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const task = JSON.parse(readFileSync(process.argv[2], 'utf8'));

// counting notes what an exporter's server did not take: the SDK only logs it.
let refused = 0;
function counting(exporter) {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code !== 0) refused += items.length;
      done(result);
    });
  return exporter;
}

const resource = resourceFromAttributes({ 'service.name': 'checkout' });
const logProvider = new LoggerProvider({
  resource,
  processors: [
    new BatchLogRecordProcessor({ exporter: counting(new OTLPLogExporter({ url: `${task.endpoint}/v1/logs` })) }),
  ],
});
const tracerProvider = new BasicTracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor(counting(new OTLPTraceExporter({ url: `${task.endpoint}/v1/traces` })))],
});
const logger = logProvider.getLogger('e2e');
const tracer = tracerProvider.getTracer('e2e');

const numbered = (attributes, seq) => ({
  ...attributes,
  'e2e.producer': task.producer,
  'e2e.seq': seq,
  'e2e.plain': task.plain,
});

for (let seq = 0; seq < task.logs; seq++) {
  const { body, attributes } = task.records[seq % task.records.length];
  logger.emit({ severityNumber: SeverityNumber.INFO, severityText: 'INFO', body, attributes: numbered(attributes, seq) });
  if (seq % 200 === 199) await logProvider.forceFlush(); // a full queue would drop
}
for (let seq = 0; seq < task.spans; seq++) {
  const { body, attributes } = task.records[seq % task.records.length];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // A span's attributes hold no maps.
  const flat = Object.entries(attributes).map(([k, v]) => [k, v?.constructor === Object ? JSON.stringify(v) : v]);
  const span = tracer.startSpan(`handle ${text}`, { attributes: numbered(Object.fromEntries(flat), seq) });
  span.addEvent('exception', { 'exception.message': text });
  span.setStatus({ code: SpanStatusCode.ERROR, message: text });
  span.end();
  if (seq % 200 === 199) await tracerProvider.forceFlush();
}
await logProvider.shutdown();
await tracerProvider.shutdown();
process.exit(refused === 0 ? 0 : 1);
