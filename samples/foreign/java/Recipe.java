import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * A foreign writer in Java with JDBC.
 *
 * <pre>
 * java -cp postgresql.jar Recipe.java move URL NAME PATH    moves an endpoint and waits until a version has it
 * java -cp postgresql.jar Recipe.java watch URL             prints every version that it learns of
 * </pre>
 */
public final class Recipe {
    private static final String MOVE =
        "update fastapi_endpoint set root_path = ?, registry_sync = false where name = ? and root_path <> ?";
    private static final int POLL_MILLISECONDS = 2000;

    public static void main(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[1])) {
            if (arguments[0].equals("move")) {
                move(connection, arguments[2], arguments[3]);
            } else {
                watch(connection);
            }
        }
    }

    private static void move(Connection connection, String name, String path) throws SQLException, InterruptedException {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        Long version = tryMove(connection, name, path);
        while (version == null) {
            System.err.println("locked by another writer");
            Thread.sleep(100);
            version = tryMove(connection, name, path);
        }

        // Outside any transaction: an open transaction sees its own edit, and no one else does.
        if (!(Boolean) value(connection, "select endpoint_sync.wait_for_version(" + version + ", '30 seconds')")) {
            throw new IllegalStateException("version " + version + " was not made in 30 seconds; the sync stays pending");
        }
        System.out.println("version " + version + " live");
    }

    /** The version that has the edit; null while another writer has the lock. */
    private static Long tryMove(Connection connection, String name, String path) throws SQLException {
        connection.setAutoCommit(false);
        try {
            // A statement of its own, so that what follows sees the last holder's commit.
            if (!(Boolean) value(connection, "select endpoint_sync.try_lock()")) {
                return null;
            }

            int moved = execute(connection, MOVE, path, name, path);
            // No version is made while the lock is held, so the next one has the edit.
            long newest = (Long) value(connection, "select endpoint_sync.request_sync('moved from Java')");
            connection.commit();
            return moved > 0 ? newest + 1 : newest;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static void watch(Connection connection) throws SQLException {
        execute(connection, "listen endpoint_sync_version");
        PGConnection postgres = connection.unwrap(PGConnection.class);
        long known = -1;
        while (true) {
            // The poll finds what no notification brought.
            long newest = (Long) value(connection, "select endpoint_sync.current_version()");
            if (newest > known) {
                System.out.println("version " + newest + " found");
                known = newest;
            }

            for (PGNotification notification : postgres.getNotifications(POLL_MILLISECONDS)) {
                String[] words = notification.getParameter().split(" ", 2);
                if (words[1].equals("public")) {
                    System.out.println("version " + words[0] + " notified");
                    known = Math.max(known, Long.parseLong(words[0]));
                }
            }
        }
    }

    private static int execute(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.length; index++) {
                statement.setString(index + 1, parameters[index]);
            }

            statement.execute();
            return statement.getUpdateCount();
        }
    }

    private static Object value(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql); ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getObject(1);
        }
    }
}
