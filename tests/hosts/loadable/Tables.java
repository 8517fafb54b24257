/* What a program over Xerial's JDBC driver, DBeaver say, shows of a file: java -cp xerial-sqlite-jdbc.jar Tables.java FILE EXTENSION */
import java.sql.*;
import java.util.Properties;

public class Tables {
  public static void main(String[] arguments) throws SQLException {
    Properties properties = new Properties();
    properties.put("enable_load_extension", "true");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + arguments[0], properties)) {
      Statement statement = connection.createStatement();
      statement.execute("SELECT load_extension('" + arguments[1] + "')");
      DatabaseMetaData data = connection.getMetaData();
      print(data.getTables(null, null, "%", null), "TABLE_NAME", "TABLE_TYPE");
      print(data.getColumns(null, null, "conferences", "%"), "COLUMN_NAME", "TYPE_NAME");
      print(statement.executeQuery("SELECT FriendlyName, Status FROM conferences"), "FriendlyName", "Status");
      try {
        statement.executeUpdate("UPDATE conferences SET Status = 'completed'");
      } catch (SQLException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  private static void print(ResultSet rows, String first, String second) throws SQLException {
    while (rows.next()) System.out.println(rows.getString(first) + " " + rows.getString(second));
  }
}
