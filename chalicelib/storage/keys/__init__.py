"""Every key of the table, in one place. docs/architecture.md explains who reads what by which key.

| item        | pk                        | sk                    | read by                                    |
|-------------|---------------------------|-----------------------|--------------------------------------------|
| advertiser  | ADV#<advertiser>          | ADV                   | its id                                     |
| operator's  | ADV#operator              | CAPS                  | the sender: caps over all advertisers      |
| site        | SITE#<site>               | SITE                  | its id                                     |
| watched     | SITE#<site>               | WATCHED               | the trail's consumer: is it looked at now? |
| seen        | SEEN#<site>               | <time>#<random>       | who watches a site, newest first           |
| wording     | ADV#<base>                | WORDING#<wording>     | its base and id; a base's list             |
| promo pool  | ADV#<advertiser>          | POOL#<pool>           | its id; an advertiser's list               |
| survey      | ADV#<advertiser>          | SURVEY#<survey>       | its id; an advertiser's list               |
| draw        | DRAWS#<survey>            | <number>              | a contest's draws                          |
| respondent  | CONTACT#<base>#<person>   | ASKED#<adv.>#<survey> | a reply, an erasure, an export             |
| survey entry| ENTRIES#<survey>#<shard>  | <entry>               | a reply, a survey's export, a draw         |
| promo stock | POOL#<pool>               | STOCK#<shard>         | the pool's stock, all shards               |
| waiting code| POOL#<pool>               | FREE#<place>#<code>   | who needs a code, at a random place        |
| promo code  | PROMO#<advertiser>#<code> | CODE                  | the code as a shop or a till tells it      |
| redemption  | PROMO#<advertiser>#<code> | ORDER#<order>         | an order that tells its code again         |
| sender      | ADV#<advertiser>          | SENDER#<ctry>#<value> | an advertiser's list                       |
| test phone  | ADV#<advertiser>          | TRIAL#<person>        | an advertiser's list                       |
| halt        | HALT#<scope>              | HALT                  | who sends marketing in the scope           |
| resumed     | HALT#                     | RESUMED               | the tick: when marketing went on last      |
| allowance   | ALLOW#<scope>             | <window>              | who uses what the window allows            |
| stopped     | COUNTED#<adv>#<campaign>  | <message>             | nobody: a no is counted once               |
| breaker     | BREAKER#<provider>        | BREAKER               | who hands over to the provider             |
| template    | ADV#<advertiser>          | TEMPLATE#<template>   | its id; an advertiser's list               |
| quick reply | ADV#<advertiser>          | QUICK#<reply>         | its id; an advertiser's list               |
| signed      | COUNTRY#<country>         | SIGNED                | the country                                |
| signature   | COUNTRY#<country>         | SIGNATURE#<id>        | a country's history                        |
| countries   | COUNTRY#                  | <country>             | all that were ever signed                  |
| admin key   | KEY#<sha256 of the key>   | KEY                   | the bearer key                             |
| key of      | ADV#<advertiser>          | KEY#<key>#<sha256>    | an advertiser's list; ADV#operator's       |
| once        | ONCE#<sha256>             | ONCE                  | a request's Idempotency-Key                |
| turn        | TURN#<address>            | TURN                  | who changes what it has read (If-Match)    |
| audit       | AUDIT#<scope>             | <at>#<id>             | a scope's changes, newest first            |
| event       | TRAIL#<site>#<visitor>    | EVENT#<name>#<id>     | stream; purchases of a visitor by prefix   |
| counted     | TRAIL#<site>#<visitor>    | COUNTED#<name>#<id>   | nobody: it can be written once             |
| visitor     | TRAIL#<site>#<visitor>    | VISITOR               | its id                                     |
| tie change  | TRAIL#<site>#<visitor>    | TIE#<at>#<rank>#<per.>| the visitor's report                       |
| identifier  | IDENT#<base>#<hmac>       | IDENT                 | a match                                    |
| contact     | CONTACT#<base>#<person>   | CONTACT               | its id                                     |
| number check| CONTACT#<base>#<person>   | HLR                   | a check of numbers, an export              |
| checks      | CHECKS#<sha256>           | CHECKS                | a run's reference, in a late answer        |
| journey     | ADV#<advertiser>          | JOURNEY#<journey>     | its id; an advertiser's list               |
| definition  | ADV#<advertiser>          | DEFINED#<jour.>#<ver.>| a journey's version, and its history       |
| rehearsal   | ADV#<advertiser>          | REHEARSED#<journey>   | a journey's last rehearsal; index `due`    |
| enrolment   | CONTACT#<base>#<person>   | ENROL#<journ.>#<subj.>| contact, journey, and what it is about     |
| begun       | CONTACT#<base>#<person>   | BEGUN#<adv.>#<journ.> | who may begin a journey again              |
| step sent   | CONTACT#<base>#<person>   | STEP#<ad.>#<jou.>#<st.>| who may be sent a step again              |
| participant | CONTACT#<base>#<person>   | ARM#<adv.>#<jou.>#<v.>| what a contact did in an experiment        |
| ordered     | CONTACT#<base>#<person>   | ORDERED#<site>#<ord.> | an order's events, what may be offered     |
| sold        | SOLD#<site>#<item>        | SOLD                  | what is bought together with an item       |
| answers     | ADV#<advertiser>          | ANSWERS               | what is answered by itself, in which words |
| answered    | THREAD#<thread>           | ANSWERED              | what a thread was answered so              |
| complements | ADV#<advertiser>          | COMPLEMENTS           | what may be offered to who bought what     |
| browser     | CONTACT#<base>#<person>   | BROWSER#<site>#<vis.> | an erasure, an export                      |
| text        | CONTACT#<base>#<person>   | MESSAGE#<message>     | an erasure, an export                      |
| thread      | THREAD#<thread>           | THREAD                | its id, which is a keyed hash of its two   |
| said        | THREAD#<thread>           | SAID#<at>#<text>      | a thread's texts, in their order           |
| said once   | THREAD#<thread>           | ID#<text>             | nobody: a text is taken once               |
| thread of   | CONTACT#<base>#<person>   | THREAD#<advertiser>   | an erasure, an export                      |
| inbox row   | INBOX#<advertiser>        | <state>#<at>#<thread> | an advertiser's threads in a state         |
| inbox moves | INBOX#<advertiser>        | CHANGES               | who watches an inbox                       |
| network of  | CONTACT#<base>#<person>   | NETWORK#<hmac>        | an erasure, an export                      |
| network     | NET#<hmac>                | NET                   | the service's own cookie, keyed            |
| consent     | CHAIN#<chain>             | <seq>                 | a contact's consent ledger, in its order   |
| register    | CHAINS#<day>#<shard>      | <chain>#<seq>         | the daily root and verify                  |
| root        | ROOTS                     | <day>                 | verify, the next day's root                |
| proof       | PROOF#<lasting name>      | <base>#<chain>        | the operator, in a dispute                 |
| ledger      | PERSON#<lasting name>     | LEDGER                | the person's lasting name (docs/adr/0020)  |
| message     | MSG#<message>             | MSG                   | its id; index `due` by shard and due time  |
| link        | LINK#<code>               | LINK                  | the code in the SMS                        |
| standalone  | LINK#<name>#<copy>        | LINK                  | its code or `<domain>/<slug>`, any copy    |
| link domain | DOMAIN#<domain>           | DOMAIN                | the domain                                 |
| click       | CLICK#<click id>          | CLICK                 | the click id                               |
| first click | LINK#<code>               | FIRST                 | nobody: a person's first click of a link   |
| first visit | LINK#<code>#<hash>        | FIRST#<day>           | nobody: a browser's first of a shared link |
| clicked     | CONTACT#<base>#<person>   | CLICKED#<campaign>    | nobody: a contact's first of a campaign    |
| click of    | CONTACT#<base>#<person>   | CLICK#<at>#<click id> | a purchase of the contact: its last click  |
| click shown | TRAIL#<site>#<visitor>    | CLICK#<click id>      | a purchase of the browser                  |
| conversion  | CONV#<site>#<transaction> | CONV                  | its site and the shop's order number       |
| bought      | CONTACT#<base>#<person>   | BOUGHT#<site>#<trans.>| a late click, an erasure, an export        |
| base size   | SIZE#<base>               | <shard>               | a base's contacts, all shards              |
| aged out    | SIZE#<base>               | GONE#<chain>          | nobody: a contact leaves the count once    |
| counter     | COUNT#<scope>#<day>       | <hour>#<shard>        | scope and day, all hours and shards        |
| counter     | COUNT#<scope>#all         | <shard>               | what is summed over all time, all shards   |
| exported    | EXPORTED#                 | DAYS                  | the daily export: where it goes on         |
| export      | ADV#<advertiser>          | EXPORT#<export>       | its id; an advertiser's list; index `due`  |
| daybook line| DAYBOOK#<day>#<shard>     | <owner>#<noted>#<id>  | an owner's day; everybody's, by pages      |
| segment     | ADV#<advertiser>          | SEGMENT#<segment>     | its id; an advertiser's list; index `due`  |
| member      | MEMBERS#<segment>#<shard> | <person>              | a segment, shard by shard                  |
| members     | MEMBERS#<segment>         | <shard>               | how many they are, all shards              |
| member of   | CONTACT#<base>#<person>   | IN#<segment>          | a contact's segments; an erasure           |
| roster      | ROSTER#<base>#<shard>     | <person>              | who goes through a base's contacts         |
| broadcast   | ADV#<advertiser>          | BROADCAST#<broadcast> | its id; an advertiser's list; index `due`  |
| recipient   | RECIPIENTS#<bc.>#<shard>  | <message>             | a rehearsal, and what became of it         |
| import      | IMPORT#<base>#<run>       | IMPORT                | an import that goes on                     |
| upload      | IMPORT#<base>#<upload>    | UPLOAD                | its id                                     |
| keyword     | NUMBER#<number>           | NUMBER                | the number that a text was sent to         |
| keyword of  | ADV#<advertiser>          | KEYWORD               | the advertiser                             |
| owner       | NUMBER#<number>           | OWNER#<adv>#<c>#<val> | the number: who has it as a sender         |
| heard       | HEARD#<text>              | HEARD                 | a text from a phone, by its id             |
| text parts  | PARTS#<keyed hash>        | PARTS                 | a long text's next part; index `due`       |
| stray       | STRAYS                    | <time>#<text>         | the operator: texts that are nobody's      |
| webhook     | ADV#<advertiser>          | WEBHOOK#<webhook>     | its id; an advertiser's list               |
| delivery    | WEBHOOK#<webhook>         | DELIVERY#<delivery>   | its id; a webhook's list; index `due`      |
| announced   | WEBHOOK#<webhook>         | ANNOUNCED#<digest>    | nobody: an event is announced once         |
| notices     | ADV#<advertiser>          | NOTICES               | who is told that conversations wait        |
| waiting     | NOTICES#<advertiser>      | WAITS#<thread>        | the notice's order; index `due`            |
| to mail     | NOTICES#<advertiser>      | TOMAIL#<thread>       | the advertiser's next e-mail               |
| mailing     | NOTICES#<advertiser>      | MAIL                  | when that one leaves; index `due`          |
| lead source | LEADS#<source>            | LEADS                 | its id, in a lead tool's address           |
| shop source | SHOPS#<source>            | SHOPS                 | its id, in a shop platform's address       |
| product     | CATALOGUE#<site>          | <product>             | its id                                     |
| answered    | PERSON#<person>           | ANSWERED#<adv.>#<kind>| person, advertiser and kind of answer      |
| code        | VERIFY#<verification>     | VERIFY                | its id                                     |
| limit       | LIMIT#<scope>#<start>     | LIMIT                 | scope and window                           |
| opt-in      | OPTIN#<request>           | OPTIN                 | the request's random name                  |
| receipt     | RECEIPT#<prov.>#<digest>  | RECEIPT               | a report of a provider: it is taken once   |
| handed over | HANDED#<prov.>#<digest>   | HANDED                | a report that names no other id            |
| opt-outs    | OPTOUTS#<provider>        | OPTOUTS               | the hourly pull of a provider's list       |
| outbox      | OUTBOX                    | <time>#<id>           | the phone simulator                        |
| clock       | CLOCK                     | CLOCK                 | each function of a stage with TEST_CLOCK   |
| table       | TABLE#                    | IDENTITY              | tick and sender: may it be sent from       |

Two indexes: `due`, of what waits for its time; `listed`, of what has a list beside its own id (`Listing`), by list
and place (docs/adr/0039).
"""

from __future__ import annotations

from chalicelib.storage.keys.advertisers import *
from chalicelib.storage.keys.audience import *
from chalicelib.storage.keys.consents import *
from chalicelib.storage.keys.journeys import *
from chalicelib.storage.keys.links import *
from chalicelib.storage.keys.messaging import *
from chalicelib.storage.keys.promotions import *
from chalicelib.storage.keys.providers import *
from chalicelib.storage.keys.replies import *
from chalicelib.storage.keys.reports import *
from chalicelib.storage.keys.segments import *
from chalicelib.storage.keys.surveys import *
from chalicelib.storage.keys.table import *
from chalicelib.storage.keys.tracking import *
from chalicelib.storage.keys.webhooks import *
