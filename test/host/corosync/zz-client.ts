import { connectCpg } from '../../../src/corosync/cpg.ts';
const cpg = await connectCpg();
cpg.on('closed', (why) => { console.log('closed', why.message); process.exit(0); });
cpg.on('message', () => {});
await cpg.join('x');
console.log('joined');
const size = () => Math.floor(Math.random() * 3000) + 1;
const send = () => { for (let i = 0; i < 3; i++) cpg.multicast(Buffer.alloc(size())).catch(() => {}); setTimeout(send, Math.random() * 3); };
send();
