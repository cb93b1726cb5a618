// Judges answers against openapi.yaml. Prints the contract as one JSON line, then answers every JSON line on stdin:
// { id, operationId, method, path, status, mediaType, acceptsProblem, body } -> { id, errors: [text], isExplicit }.
import { createInterface } from 'node:readline';
import { contract, judge } from './contract.mjs';

console.log(JSON.stringify(contract));
createInterface({ input: process.stdin }).on('line', (line) => {
  const exchange = JSON.parse(line);
  let verdict;
  try {
    verdict = judge(exchange);
  } catch (error) {
    verdict = { isExplicit: false, errors: [`validator: ${error.stack}`] };
  }
  console.log(JSON.stringify({ id: exchange.id, ...verdict }));
});
