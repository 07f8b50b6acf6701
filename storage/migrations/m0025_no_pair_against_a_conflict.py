"""The database itself refuses a pair that a confirmed or held conflict bars, whoever writes it."""

from storage.migrations.run import PerEngine

ID = "m0025_no_pair_against_a_conflict"
DESCRIPTION = "A barred pair is refused; a tie keeps what it was found by; a judge has a department"

_BARRED = """SELECT 1 FROM conflict WHERE conflict.judge = NEW.judge AND conflict.entry = NEW.entry
            AND conflict.state IN ('confirmed', 'held')"""

STATEMENTS: tuple[str | PerEngine, ...] = (
    "ALTER TABLE conflict ADD COLUMN facts text",
    "ALTER TABLE judge ADD COLUMN department text",
    PerEngine(
        sqlite=(
            f"""CREATE TRIGGER assignment_barred_on_insert BEFORE INSERT ON assignment
            WHEN NEW.state <> 'removed' AND EXISTS ({_BARRED})
            BEGIN SELECT RAISE(ABORT, 'a conflict bars this pair'); END""",
            f"""CREATE TRIGGER assignment_barred_on_update BEFORE UPDATE OF state, judge, entry ON assignment
            WHEN NEW.state <> 'removed'
            AND (NEW.state <> OLD.state OR NEW.judge <> OLD.judge OR NEW.entry <> OLD.entry) AND EXISTS ({_BARRED})
            BEGIN SELECT RAISE(ABORT, 'a conflict bars this pair'); END""",
        ),
        postgres=(
            f"""CREATE FUNCTION refuse_barred_pair() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
            IF NEW.state <> 'removed'
            AND (TG_OP = 'INSERT' OR NEW.state <> OLD.state OR NEW.judge <> OLD.judge OR NEW.entry <> OLD.entry)
            AND EXISTS ({_BARRED}) THEN RAISE EXCEPTION 'a conflict bars this pair'; END IF;
            RETURN NEW; END $$""",
            """CREATE TRIGGER assignment_barred BEFORE INSERT OR UPDATE OF state, judge, entry ON assignment
            FOR EACH ROW EXECUTE FUNCTION refuse_barred_pair()""",
        ),
    ),
)
