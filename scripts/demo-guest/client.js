/** The client: node client.js URL COUNT. One connection each, one after the other; prints what came back. */
import { get } from 'node:http';

const [url, count] = process.argv.slice(2);

const fetchOnce = () =>
  new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 5000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 5 s')));
    request.on('error', reject);
  });

for (let index = 1; index <= Number(count); index++) {
  process.stdout.write(`  ${index}: ${await fetchOnce()}`);
}
