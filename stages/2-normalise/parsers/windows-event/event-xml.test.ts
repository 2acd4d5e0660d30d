import { expect, it } from 'vitest';
import { RecordReader } from '../../records/record-reader.ts';
import { eventInXml } from './event-xml.ts';
import { windowsEvent } from './windows-event.parser.ts';

const OPEN = '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">';

it('reads elements, attributes and data, with entities', () => {
  expect(
    eventInXml(
      `${OPEN}<System><Provider Name='A &amp; B'/><EventID Qualifiers="0">7</EventID><Channel>Application</Channel></System><EventData><Data Name="X">1 &lt; 2</Data><Data Name="Empty"/></EventData></Event>`,
    ),
  ).toEqual({
    Event: {
      System: {
        Provider: { '#attributes': { Name: 'A & B' } },
        EventID: { '#attributes': { Qualifiers: '0' }, '#text': '7' },
        Channel: 'Application',
      },
      EventData: { X: '1 < 2', Empty: '' },
    },
  });
  expect(eventInXml(`${OPEN}<System>`)).toBeUndefined();
});

it('reads an event over many lines, among others', () => {
  const found: unknown[] = [];
  const refused: string[] = [];
  const reader = new RecordReader({
    definition: windowsEvent,
    parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
    onDocument: (document) => found.push(document),
    onRefused: ({ reason }) => refused.push(reason),
  });
  const event = (user: string) =>
    `${OPEN}\n  <System>\n    <Provider Name="Microsoft-Windows-Security-Auditing"/>\n    <EventID>4625</EventID>\n    <Keywords>0x8010000000000000</Keywords>\n    <TimeCreated SystemTime="2026-11-21T09:30:00.5Z"/>\n    <Channel>Security</Channel>\n    <Computer>dc1</Computer>\n  </System>\n  <EventData>\n    <Data Name="TargetUserName">${user}</Data>\n    <Data Name="IpAddress">198.51.100.7</Data>\n  </EventData>\n</Event>`;
  reader.push(Buffer.from(`<?xml version="1.0"?>\n<Events>\n${event('ann')}\n${event('bob')}\n</Events>\n`));
  reader.end();
  expect(refused).toEqual([]);
  expect(found).toMatchObject(
    ['ann', 'bob'].map((name) => ({
      '@timestamp': '2026-11-21T09:30:00.500Z',
      event: { code: '4625', outcome: 'failure' },
      source: { ip: '198.51.100.7' },
      user: { name },
    })),
  );
});

it("reads SQL Server's logins", () => {
  const text = windowsEvent.examples.find((one) => one.includes('MSSQLSERVER'))!;
  const parser = windowsEvent.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
  expect(parser.line!(text)).toMatchObject({
    event: { category: ['authentication', 'database'], outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    user: { name: 'sa' },
  });
});
