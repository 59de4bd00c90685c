/** Splits a capture into packets with the pcap-parser package and does nothing with them: a witness for the bench. */
import pcapParser from 'pcap-parser';

let packets = 0;
const parser = pcapParser.parse(process.argv[2]);
parser.on('packet', () => {
  packets++;
});
parser.on('error', (error) => {
  throw error;
});
parser.on('end', () => console.log(packets));
