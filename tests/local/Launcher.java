import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;

/**
 * Serves DynamoDB Local, in memory, on a free port of 127.0.0.1, which it prints.
 *
 * <p>The stock launcher listens on every address and has no option for it, and it reports its use to its maker.
 * It is only a Jetty server around the handler, so this is the same server with an address, and without the
 * reports. It ends when its standard input does: it cannot outlive the process that started it.
 */
class Launcher {
    public static void main(String[] arguments) throws Exception {
        var answer = System.out;
        System.setOut(System.err); // nobody reads on after the port: what is logged there would fill the pipe

        var inMemory = true;
        var sharedByAllRegionsAndKeys = true;
        var delayTransientStatuses = false;
        var database = new LocalDynamoDBRequestHandler(
            0, inMemory, null, sharedByAllRegionsAndKeys, delayTransientStatuses);
        var everything = new ContextHandler("/");
        everything.setHandler(new LocalDynamoDBServerHandler(database, null));

        var server = new Server(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
        server.setHandler(everything);
        server.start();
        answer.println(server.getURI().getPort());

        while (System.in.read() != -1) {}
        System.exit(0);
    }
}
