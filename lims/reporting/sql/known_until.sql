-- Until when a standby knows what happened: nothing where it has everything that was told, or where this is no standby.
SELECT CASE
    WHEN pg_is_in_recovery() AND NOT (EXISTS (SELECT FROM pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn())
        THEN pg_last_xact_replay_timestamp()
    END AS until
