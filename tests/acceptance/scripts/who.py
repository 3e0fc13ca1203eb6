"""Log in by default organization, by id and by name; be refused with a wrong token."""

from here import connect, facts, refused, report
from picsellia import Client
from picsellia.exceptions import PicselliaError, UnauthorizedError

given = facts()
client = connect()
by_id = connect(organization_id=str(client.id))
by_name = connect(organization_name=given["organization"])
wrong = refused(
    (PicselliaError, UnauthorizedError),
    Client,
    api_token="not-a-token-of-this-server",
    host=client.connection.host,
)
lake = client.get_datalake()
report(
    organization=client.id,
    same=[by_id.id, by_name.id],
    name=client.name,
    wrong=wrong,
    connector=client.connection.connector_id,
    datalake=lake.name,
    by_name=client.get_datalake(name="default").id == lake.id,
    datalakes=[one.name for one in client.list_datalakes()],
    unknown=refused(Exception, client.get_datalake, name="no such"),
)
