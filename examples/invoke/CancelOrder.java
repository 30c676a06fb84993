import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Cancels an order over HTTP. The JDK's own client only: {@code java CancelOrder.java O1001 [BIZ [SCENARIO]]}.
 * The JDK reads no JSON, so the answer is printed as it came.
 */
public final class CancelOrder {
    private static final String ENGINE =
            System.getenv().getOrDefault("BACTRIAN_URL", "http://127.0.0.1:8080");

    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 3 || !args[0].matches("[A-Za-z0-9_-]+")) {
            System.err.println("usage: java CancelOrder.java ORDER [BIZ [SCENARIO]]");
            System.exit(2);
        }
        String order = args[0];
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(ENGINE + "/v1/flows/cancel-order"))
                .timeout(Duration.ofSeconds(35))
                .header("content-type", "application/json")
                // The same key gives the same answer, so this call may be repeated after a timeout.
                .header("idempotency-key", "cancel-" + order)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"orderId\": \"" + order + "\", \"reason\": \"changed my mind\"}"));
        if (args.length > 1) {
            request.header("x-biz-id", args[1]);
        }
        if (args.length > 2) {
            request.header("x-biz-scenario", args[2]);
        }
        HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            // RFC 9457: `code` is for programs, the rest for people.
            System.err.println(answer.statusCode() + " " + text(answer.body(), "code") + ": " + text(answer.body(), "detail"));
            System.exit(1);
        }
        System.out.println(answer.body());
        String run = answer.headers().firstValue("x-run-id").orElse("");
        HttpRequest steps = HttpRequest.newBuilder(URI.create(ENGINE + "/v1/runs/" + run)).build();
        System.out.println(client.send(steps, HttpResponse.BodyHandlers.ofString()).body());
    }

    /** The text of the first such field; a real caller uses its JSON library. */
    private static String text(String json, String field) {
        var found = Pattern.compile("\"" + field + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }
}
