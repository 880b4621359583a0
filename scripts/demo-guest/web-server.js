/** A real server's web server: node web-server.js NAME ADDRESS. Says "ready" when it listens. */
import { createServer } from 'node:http';

const [name, address] = process.argv.slice(2);
const server = createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(`${name} answered, and saw the client ${request.socket.remoteAddress}\n`);
});
server.listen(8080, address, () => console.log('ready'));
