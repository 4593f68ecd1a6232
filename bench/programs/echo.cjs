// Sends back whatever comes over TCP: the floor of what a copy on another node costs. Prints its port.
'use strict';
const net = require('node:net');
const server = net.createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
