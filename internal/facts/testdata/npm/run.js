// Runs SQL statements that standard input has as a JSON list, one after the other, and prints the rows of each as JSON.
const { DuckDBInstance } = require('@duckdb/node-api');

(async () => {
  const statements = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const out = [];
  for (const sql of statements) {
    const result = await connection.runAndReadAll(sql);
    out.push({ columns: result.columnNames(), rows: result.getRowsJson() });
  }
  console.log(JSON.stringify(out));
})().catch((e) => {
  console.error(String(e));
  process.exit(1);
});
