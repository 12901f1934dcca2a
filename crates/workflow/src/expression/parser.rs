//! Builds the syntax tree from tokens (semantics 7.2) without recursion, so that no text can exhaust
//! the stack; it must not evaluate.

use super::error::{ParseError, ParseErrorKind};
use super::function::{BuiltIn, CallerFunction};
use super::lexer::Lexer;
use super::place::Allowed;
use super::source::MAX_DEPTH;
use super::syntax::{Comparison, Function, Node};
use super::token::{Before, Token, TokenKind};
use super::value::Value;

/// The tree of `source`, or none when there is only white space.
pub(super) fn parse(source: &str, allowed: &Allowed<'_>) -> Result<Option<Node>, ParseError> {
    let mut parser = Parser {
        source,
        allowed,
        operands: Vec::new(),
        pending: Vec::new(),
        expects: Expects::Operand,
        too_deep: false,
    };
    let mut lexer = Lexer::new(source);
    let mut last = None;
    while let Some(token) = lexer.next(parser.before()) {
        parser.push(&token)?;
        last = Some(token);
    }
    let Some(last) = last else {
        return Ok(None);
    };
    parser.finish(&last).map(Some)
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// A value, or what starts one.
    Operand,
    /// The same, or the end of a call without arguments.
    FirstArgument,
    /// The same, or a star.
    Index,
    /// The closing bracket after a star.
    IndexEnd,
    /// The opening parenthesis of a call.
    Arguments,
    /// A name or a star after a dot.
    Property,
    /// An operator or a closing bracket, after something that has no parts.
    Operator,
    /// The same, or an access to a part.
    Access,
}

/// An operator or bracket that waits for its right side.
enum Pending {
    Not,
    Binary(Binary),
    Group,
    Index,
    Call {
        function: Function,
        name: Token,
        arguments: Vec<Built>,
    },
}

/// The binary operators; those that bind less come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Or,
    And,
    Comparison(Comparison),
}

impl Binary {
    /// Higher binds more.
    fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Comparison(Comparison::Equal | Comparison::NotEqual) => 3,
            Self::Comparison(
                Comparison::Less
                | Comparison::LessOrEqual
                | Comparison::Greater
                | Comparison::GreaterOrEqual,
            ) => 4,
        }
    }
}

/// A tree and how deep it is.
struct Built {
    node: Node,
    depth: usize,
}

struct Parser<'a> {
    source: &'a str,
    allowed: &'a Allowed<'a>,
    operands: Vec<Built>,
    pending: Vec<Pending>,
    expects: Expects,
    too_deep: bool,
}

impl Parser<'_> {
    fn before(&self) -> Before {
        match self.expects {
            Expects::Operand | Expects::FirstArgument | Expects::Index => Before::Start,
            Expects::Property => Before::Dot,
            Expects::IndexEnd | Expects::Arguments | Expects::Operator | Expects::Access => {
                Before::Other
            }
        }
    }

    fn push(&mut self, token: &Token) -> Result<(), ParseError> {
        let operand = self.before() == Before::Start;
        let operator = matches!(self.expects, Expects::Operator | Expects::Access);
        match &token.kind {
            TokenKind::Unknown => return Err(self.unexpected(token)),
            TokenKind::Null if operand => self.literal(Value::Null),
            TokenKind::Boolean(value) if operand => self.literal((*value).into()),
            TokenKind::Number(number) if operand => self.literal((*number).into()),
            TokenKind::String(text) if operand => self.literal(text.as_str().into()),
            TokenKind::Context if operand => self.context(token)?,
            TokenKind::Function if operand => self.function(token)?,
            TokenKind::OpenParenthesis if operand => self.open(Pending::Group, Expects::Operand),
            TokenKind::OpenParenthesis if self.expects == Expects::Arguments => {
                self.expects = Expects::FirstArgument;
            }
            TokenKind::OpenBracket if self.expects == Expects::Access => {
                self.open(Pending::Index, Expects::Index);
            }
            TokenKind::Not if operand => self.open(Pending::Not, Expects::Operand),
            TokenKind::And if operator => self.binary(Binary::And),
            TokenKind::Or if operator => self.binary(Binary::Or),
            TokenKind::Comparison(comparison) if operator => {
                self.binary(Binary::Comparison(*comparison));
            }
            TokenKind::Dot if self.expects == Expects::Access => self.expects = Expects::Property,
            TokenKind::Property if self.expects == Expects::Property => self.property(token),
            TokenKind::Star if self.expects == Expects::Property => self.filter(Expects::Access),
            TokenKind::Star if self.expects == Expects::Index => self.filter(Expects::IndexEnd),
            TokenKind::Comma if operator => self.comma(token)?,
            TokenKind::CloseParenthesis => self.close_parenthesis(token)?,
            TokenKind::CloseBracket => self.close_bracket(token)?,
            TokenKind::Null
            | TokenKind::Boolean(_)
            | TokenKind::Number(_)
            | TokenKind::String(_)
            | TokenKind::Context
            | TokenKind::Function
            | TokenKind::Property
            | TokenKind::OpenParenthesis
            | TokenKind::OpenBracket
            | TokenKind::Not
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Comparison(_)
            | TokenKind::Dot
            | TokenKind::Star
            | TokenKind::Comma => return Err(self.unexpected(token)),
        }
        Ok(())
    }

    fn literal(&mut self, value: Value) {
        self.operand(Node::Literal(value), 1);
        self.expects = Expects::Operator;
    }

    fn context(&mut self, token: &Token) -> Result<(), ParseError> {
        let name = self.raw(token);
        if !self.allowed.has_context(name) {
            return Err(self.error("Unrecognized named-value", token));
        }
        self.operand(Node::Context(name.to_ascii_lowercase()), 1);
        self.expects = Expects::Access;
        Ok(())
    }

    fn function(&mut self, token: &Token) -> Result<(), ParseError> {
        let name = self.raw(token);
        let permitted =
            CallerFunction::of_name(name).filter(|known| self.allowed.permits(*known).is_some());
        let function = BuiltIn::of_name(name)
            .map(Function::BuiltIn)
            .or_else(|| permitted.map(Function::Caller))
            .ok_or_else(|| self.error("Unrecognized function", token))?;
        let call = Pending::Call {
            function,
            name: token.clone(),
            arguments: Vec::new(),
        };
        self.open(call, Expects::Arguments);
        Ok(())
    }

    fn open(&mut self, pending: Pending, expects: Expects) {
        self.pending.push(pending);
        self.expects = expects;
    }

    fn binary(&mut self, operator: Binary) {
        self.reduce(operator.precedence());
        self.open(Pending::Binary(operator), Expects::Operand);
    }

    fn property(&mut self, token: &Token) {
        let name = Node::Literal(self.raw(token).into());
        let target = self.pop();
        let depth = target.depth + 1;
        self.operand(Node::Index(Box::new(target.node), Box::new(name)), depth);
        self.expects = Expects::Access;
    }

    fn filter(&mut self, expects: Expects) {
        let target = self.pop();
        let depth = target.depth + 1;
        self.operand(Node::Filter(Box::new(target.node)), depth);
        self.expects = expects;
    }

    /// The arguments of the innermost open bracket so far are complete up to here.
    fn comma(&mut self, token: &Token) -> Result<(), ParseError> {
        self.reduce(0);
        let argument = self.pop();
        match self.pending.last_mut() {
            Some(Pending::Call { arguments, .. }) => arguments.push(argument),
            Some(Pending::Not | Pending::Binary(_) | Pending::Group | Pending::Index) | None => {
                return Err(self.unexpected(token));
            }
        }
        self.expects = Expects::Operand;
        Ok(())
    }

    fn close_parenthesis(&mut self, token: &Token) -> Result<(), ParseError> {
        match self.expects {
            Expects::Operator | Expects::Access => self.reduce(0),
            Expects::FirstArgument => {}
            Expects::Operand
            | Expects::Index
            | Expects::IndexEnd
            | Expects::Arguments
            | Expects::Property => return Err(self.unexpected(token)),
        }
        match self.pending.pop() {
            Some(Pending::Group) => {}
            Some(Pending::Call {
                function,
                name,
                mut arguments,
            }) => {
                if self.expects != Expects::FirstArgument {
                    arguments.push(self.pop());
                }
                self.call(function, &name, arguments)?;
            }
            Some(Pending::Not | Pending::Binary(_) | Pending::Index) | None => {
                return Err(self.unexpected(token));
            }
        }
        self.expects = Expects::Access;
        Ok(())
    }

    fn close_bracket(&mut self, token: &Token) -> Result<(), ParseError> {
        let indexed = match self.expects {
            Expects::IndexEnd => false,
            Expects::Operator | Expects::Access => {
                self.reduce(0);
                true
            }
            Expects::Operand
            | Expects::FirstArgument
            | Expects::Index
            | Expects::Arguments
            | Expects::Property => return Err(self.unexpected(token)),
        };
        let Some(Pending::Index) = self.pending.pop() else {
            return Err(self.unexpected(token));
        };
        if indexed {
            let index = self.pop();
            let target = self.pop();
            let depth = 1 + target.depth.max(index.depth);
            self.operand(
                Node::Index(Box::new(target.node), Box::new(index.node)),
                depth,
            );
        }
        self.expects = Expects::Access;
        Ok(())
    }

    fn call(
        &mut self,
        function: Function,
        name: &Token,
        arguments: Vec<Built>,
    ) -> Result<(), ParseError> {
        let (least, most) = self.arity(function);
        if arguments.len() < least {
            return Err(self.error("Too few parameters supplied", name));
        }
        if arguments.len() > most {
            return Err(self.error("Too many parameters supplied", name));
        }
        if function == Function::BuiltIn(BuiltIn::Case) && arguments.len().is_multiple_of(2) {
            let what = "Even number of parameters supplied, requires an odd number of parameters";
            return Err(self.error(what, name));
        }
        let deepest = arguments.iter().map(|argument| argument.depth).max();
        let nodes = arguments.into_iter().map(|argument| argument.node);
        let call = Node::Call(function, nodes.collect());
        self.operand(call, 1 + deepest.unwrap_or(0));
        Ok(())
    }

    fn arity(&self, function: Function) -> (usize, usize) {
        match function {
            Function::BuiltIn(function) => function.arity(),
            Function::Caller(function) => self
                .allowed
                .permits(function)
                .map_or((0, 0), |permitted| (permitted.least, permitted.most)),
        }
    }

    /// Completes the operators on top that bind at least as much as `precedence`.
    fn reduce(&mut self, precedence: u8) {
        while let Some(pending) = self.pending.last() {
            match pending {
                Pending::Not => {
                    self.pending.pop();
                    let operand = self.pop();
                    self.operand(Node::Not(Box::new(operand.node)), operand.depth + 1);
                }
                Pending::Binary(operator) if operator.precedence() >= precedence => {
                    let operator = *operator;
                    self.pending.pop();
                    let right = self.pop();
                    let left = self.pop();
                    self.join(operator, left, right);
                }
                Pending::Binary(_) | Pending::Group | Pending::Index | Pending::Call { .. } => {
                    return;
                }
            }
        }
    }

    fn join(&mut self, operator: Binary, left: Built, right: Built) {
        let node_depth = 1 + left.depth.max(right.depth);
        match operator {
            Binary::Comparison(comparison) => {
                let (left, right) = (Box::new(left.node), Box::new(right.node));
                self.operand(Node::Compare(comparison, left, right), node_depth);
            }
            Binary::And => self.chain(left, right, Node::And, |node| {
                if let Node::And(nodes) = node {
                    Ok(nodes)
                } else {
                    Err(node)
                }
            }),
            Binary::Or => self.chain(left, right, Node::Or, |node| {
                if let Node::Or(nodes) = node {
                    Ok(nodes)
                } else {
                    Err(node)
                }
            }),
        }
    }

    /// `a && b && c` is one node, however it is grouped, so that long chains are not deep.
    fn chain(
        &mut self,
        left: Built,
        right: Built,
        make: fn(Vec<Node>) -> Node,
        parts: fn(Node) -> Result<Vec<Node>, Node>,
    ) {
        let mut depth = 0;
        let mut flatten = |built: Built| match parts(built.node) {
            Ok(nodes) => {
                depth = depth.max(built.depth - 1);
                nodes
            }
            Err(node) => {
                depth = depth.max(built.depth);
                vec![node]
            }
        };
        let mut nodes = flatten(left);
        nodes.append(&mut flatten(right));
        self.operand(make(nodes), depth + 1);
    }

    fn operand(&mut self, node: Node, depth: usize) {
        if depth > MAX_DEPTH {
            self.too_deep = true;
        }
        // A tree that is too deep is not kept: even dropping it could exhaust the stack.
        let node = if depth > MAX_DEPTH {
            Node::Literal(Value::Null)
        } else {
            node
        };
        self.operands.push(Built { node, depth });
    }

    fn pop(&mut self) -> Built {
        self.operands
            .pop()
            .expect("an operator is taken only after its operands")
    }

    fn finish(mut self, last: &Token) -> Result<Node, ParseError> {
        let complete = matches!(self.expects, Expects::Operator | Expects::Access);
        if complete {
            self.reduce(0);
        }
        if !complete || !self.pending.is_empty() {
            return Err(self.error("Unexpected end of expression", last));
        }
        if self.too_deep {
            let what = format!("Exceeded max expression depth {MAX_DEPTH}");
            return Err(ParseError::whole(what));
        }
        Ok(self.pop().node)
    }

    fn raw(&self, token: &Token) -> &str {
        &self.source[token.start..token.end]
    }

    fn unexpected(&self, token: &Token) -> ParseError {
        self.error("Unexpected symbol", token)
    }

    fn error(&self, what: &str, token: &Token) -> ParseError {
        let kind = if token.kind == TokenKind::Unknown {
            ParseErrorKind::Lexing
        } else {
            ParseErrorKind::Parsing
        };
        ParseError::at(kind, what, self.raw(token), token.start, self.source)
    }
}
