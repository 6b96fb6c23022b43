"""The history's tables, as migrations from one version of the file to the next."""

# Times are milliseconds since 1970, UTC; balances are credits, INTEGER if whole, else REAL.
# wallet.full is the peak balance, wallet.outlook the spending model; stretch holds the buckets.
# usage.day is the day of a report as a proleptic ordinal, usage.spent millionths of a credit;
# usage_day.hours is described in usage_store.py.
MIGRATIONS = (
    """
    CREATE TABLE wallet (
      id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, fired TEXT NOT NULL
    );
    CREATE TABLE reading (
      wallet INTEGER NOT NULL REFERENCES wallet, at INTEGER NOT NULL, balance NUMERIC NOT NULL,
      PRIMARY KEY (wallet, at)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE wallet RENAME COLUMN fired TO alerts;
    ALTER TABLE wallet ADD COLUMN full NUMERIC;
    ALTER TABLE reading ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
    UPDATE reading SET until = at;
    CREATE TABLE stretch (
      wallet INTEGER NOT NULL REFERENCES wallet, size INTEGER NOT NULL, start INTEGER NOT NULL,
      at INTEGER NOT NULL, last NUMERIC NOT NULL, low NUMERIC NOT NULL, high NUMERIC NOT NULL,
      spent NUMERIC NOT NULL, added NUMERIC NOT NULL,
      PRIMARY KEY (wallet, size, start)
    ) WITHOUT ROWID;
    UPDATE wallet SET
      alerts = json_object('fired', json(alerts)),
      full = (
        SELECT max(balance) FROM reading WHERE wallet = wallet.id AND at >= coalesce((
          SELECT max(at) FROM (
            SELECT at, balance > lag(balance) OVER (ORDER BY at) AS rose
            FROM reading WHERE reading.wallet = wallet.id
          ) WHERE rose
        ), 0)
      );
    INSERT INTO stretch
    SELECT wallet, size, start, max(at), 0, min(balance), max(balance),
      sum(max(fell, 0)), sum(max(-fell, 0))
    FROM (
      SELECT wallet, size, at / size * size AS start, at, balance,
        coalesce(lag(balance) OVER (PARTITION BY wallet, size ORDER BY at) - balance, 0) AS fell
      FROM reading, (SELECT 900000 AS size UNION SELECT 3600000 UNION SELECT 86400000)
    )
    GROUP BY wallet, size, start;
    UPDATE stretch SET last = (
      SELECT balance FROM reading WHERE reading.wallet = stretch.wallet AND reading.at = stretch.at
    );
    """,
    """
    ALTER TABLE wallet ADD COLUMN outlook TEXT;
    """,
    """
    CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE usage (
      wallet INTEGER NOT NULL REFERENCES wallet, day INTEGER NOT NULL,
      product INTEGER NOT NULL REFERENCES product, outcome INTEGER NOT NULL,
      calls INTEGER NOT NULL, spent INTEGER NOT NULL,
      PRIMARY KEY (wallet, day, product, outcome)
    ) WITHOUT ROWID;
    CREATE TABLE usage_day (
      wallet INTEGER NOT NULL REFERENCES wallet, day INTEGER NOT NULL,
      fetched INTEGER NOT NULL, hours BLOB NOT NULL,
      PRIMARY KEY (wallet, day)
    ) WITHOUT ROWID;
    """,
)
"""The migration at index n converts a file of version n to n + 1."""
